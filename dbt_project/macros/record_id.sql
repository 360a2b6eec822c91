{#- An id for a record that came without one: the same fields give the same id. -#}
{% macro record_id(columns) -%}
    md5(concat_ws('|'{% for column in columns %}, coalesce(cast({{ column }} as varchar), ''){% endfor %}))
{%- endmacro %}
