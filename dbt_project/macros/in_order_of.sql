{#- Lays an incremental table down, when it is built as a whole, as if night after night had added its day: what asks for the
    last days then reads no others. -#}
{% macro in_order_of(column) -%}
{% if not is_incremental() -%} order by {{ column }} {%- endif %}
{%- endmacro %}
