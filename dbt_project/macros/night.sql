{#- The night that is built, as a date. Which night is never guessed: a run without the variable stops. -#}
{% macro night() -%}
    {%- set logical_date = var('logical_date', none) -%}
    {%- if execute and not logical_date -%}
        {{ exceptions.raise_compiler_error(
            "A run of dbt names its night, found none. Add --vars '{logical_date: YYYY-MM-DD}'."
        ) }}
    {%- endif -%}
    cast('{{ logical_date or "1970-01-01" }}' as date)
{%- endmacro %}

{#- The first moment that may not be known on this night: nothing at or after it may influence anything. -#}
{% macro cut() -%}
    (cast({{ night() }} as timestamp) + interval '1' day)
{%- endmacro %}

{#- The first of the days that are rebuilt every night. -#}
{% macro first_lookback_date() -%}
    cast({{ days_before(var('lookback_days') - 1) }} as date)
{%- endmacro %}

{#- A day before the night, counted in days. -#}
{% macro days_before(count) -%}
    cast({{ night() }} - interval '{{ count }}' day as date)
{%- endmacro %}

{#- Whether a record had arrived: all have, unless the night is built as of a moment, as a backfill may ask for. -#}
{% macro arrived() -%}
    {%- set arrived_before = var('arrived_before', none) -%}
    {%- if arrived_before -%} loaded_at < cast('{{ arrived_before }}' as timestamp) {%- else -%} true {%- endif -%}
{%- endmacro %}

{#- The first day whose events are all kept; of earlier ones there are sums only. -#}
{% macro first_kept_date() -%}
    cast('{{ var("first_kept_date", none) or "0001-01-01" }}' as date)
{%- endmacro %}
