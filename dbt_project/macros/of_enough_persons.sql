{#- A figure over persons, null where they are fewer than the smallest group of which anything is told. -#}
{% macro of_enough_persons(column) -%}
    case when persons_count < {{ var('smallest_group') }} then null else {{ column }} end
{%- endmacro %}
