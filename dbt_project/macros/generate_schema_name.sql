{#- Schemas are named literally (marts, not main_marts): the order of the schemas is the data path. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
