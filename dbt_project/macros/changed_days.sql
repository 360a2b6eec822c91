{#- The days on which `records` (event_date, loaded_at, line) are others than those from which the incremental table
    `built` (event_date, events_count, loaded_at, lines_sum) was made, as far as their number, the newest time of loading
    and the sum of their lines tell; and the look-back days, whatever they hold. -#}
{% macro changed_days(records, built) -%}
{{ answers(changed_days_query(records, built), 'date') }}
{%- endmacro %}

{#- The first of them, from which DuckDB knows which row groups it need not read; from a list it does not. -#}
{% macro first_of_changed_days(records, built) -%}
({{ answers("select min(days.day) from (" ~ changed_days_query(records, built) ~ ") as days (day)", 'date') }})
{%- endmacro %}

{% macro changed_days_query(records, built) -%}
{{ return(
    "select coalesce(recorded.event_date, known.event_date) from ("
    ~ "select event_date, count(*) as rows_count, max(loaded_at) as loaded_at, sum(line) as lines_sum from " ~ records
    ~ " where event_date <= " ~ night() ~ " group by event_date) as recorded full outer join ("
    ~ "select event_date, sum(events_count) as rows_count, max(loaded_at) as loaded_at, sum(lines_sum) as lines_sum from "
    ~ built ~ " group by event_date) as known on recorded.event_date = known.event_date"
    ~ " where recorded.rows_count is distinct from known.rows_count"
    ~ " or recorded.loaded_at is distinct from known.loaded_at or recorded.lines_sum is distinct from known.lines_sum"
    ~ " or recorded.event_date >= " ~ first_lookback_date()
) }}
{%- endmacro %}

{#- Takes the days that are built anew out of an incremental table, those that no longer hold a record among them. -#}
{% macro forget_changed_days(records, built) -%}
{% if is_incremental() -%}
    delete from {{ built }} where event_date in ({{ changed_days(records, built) }})
{%- endif %}
{%- endmacro %}
