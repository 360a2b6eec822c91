{#- The days of `int_interaction_days` whose records are others than those from which the incremental table `built`
    (event_date, events_count, loaded_at, lines_sum) was made, as far as their number, the newest time of loading and the
    sum of their lines tell; the look-back days, whatever they hold; and days of `built` that hold no record any more. None
    of them lies before the first day whose events are kept. Of a table of months, each named by its first day, the months. -#}
{% macro changed_days(built, unit='day') -%}
{%- set first_of_unit = "cast(date_trunc('" ~ unit ~ "', {}) as date)" -%}
{{ answers(
    "select coalesce(recorded.event_date, known.event_date) as event_date from (select "
    ~ first_of_unit.format('days.event_date') ~ " as event_date, sum(rows_count) as rows_count,"
    ~ " max(loaded_at) as loaded_at, sum(lines_sum) as lines_sum from " ~ ref('int_interaction_days')
    ~ " as days group by 1) as recorded full outer join ("
    ~ "select event_date, sum(events_count) as rows_count, max(loaded_at) as loaded_at, sum(lines_sum) as lines_sum from "
    ~ built ~ " group by event_date) as known on recorded.event_date = known.event_date"
    ~ " where coalesce(recorded.event_date, known.event_date) >= " ~ first_of_unit.format(first_kept_date())
    ~ " and (recorded.rows_count is distinct from known.rows_count"
    ~ " or recorded.loaded_at is distinct from known.loaded_at or recorded.lines_sum is distinct from known.lines_sum"
    ~ " or recorded.event_date >= " ~ first_of_unit.format(first_lookback_date()) ~ ") order by event_date", 'date'
) }}
{%- endmacro %}

{#- The first of days that `changed_days` gave, from which DuckDB knows which row groups it need not read; from a list it
    does not. -#}
{% macro first_of(days) -%}
{%- if days.lstrip().startswith('select') -%} (select min(days.day) from ({{ days }}) as days (day))
{%- else -%} {{ days.split(', ')[0] }}
{%- endif -%}
{%- endmacro %}

{#- Takes the days that are made anew, or hold no record any more, out of an incremental table. -#}
{% macro forget_days(built, days) -%}
{% if is_incremental() -%}
    delete from {{ built }} where event_date >= {{ first_of(days) }} and event_date in ({{ days }})
{%- endif %}
{%- endmacro %}
