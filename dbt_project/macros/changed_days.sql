{#- The days on which `records` (event_date, loaded_at, line) are others than those from which the incremental table
    `built` (event_date, events_count, loaded_at, lines_sum) was made, as far as their number, the newest time of loading
    and the sum of their lines tell; and the look-back days, whatever they hold. -#}
{% macro changed_days(records, built) -%}
{{ answers(
    "select coalesce(recorded.event_date, known.event_date) as event_date from ("
    ~ "select event_date, count(*) as rows_count, max(loaded_at) as loaded_at, sum(line) as lines_sum from " ~ records
    ~ " where event_date <= " ~ night() ~ " group by event_date) as recorded full outer join ("
    ~ "select event_date, sum(events_count) as rows_count, max(loaded_at) as loaded_at, sum(lines_sum) as lines_sum from "
    ~ built ~ " group by event_date) as known on recorded.event_date = known.event_date"
    ~ " where recorded.rows_count is distinct from known.rows_count"
    ~ " or recorded.loaded_at is distinct from known.loaded_at or recorded.lines_sum is distinct from known.lines_sum"
    ~ " or recorded.event_date >= " ~ first_lookback_date() ~ " order by event_date", 'date'
) }}
{%- endmacro %}

{#- The first of days that `changed_days` gave, from which DuckDB knows which row groups it need not read; from a list it
    does not. -#}
{% macro first_of(days) -%}
{%- if days.lstrip().startswith('select') -%} (select min(days.day) from ({{ days }}) as days (day))
{%- else -%} {{ days.split(', ')[0] }}
{%- endif -%}
{%- endmacro %}

{#- Takes the days that no longer hold a record out of an incremental table. -#}
{% macro forget_days_without(built, records) -%}
{% if is_incremental() -%}
    delete from {{ built }} where event_date not in (select event_date from {{ records }} where event_date <= {{ night() }})
{%- endif %}
{%- endmacro %}
