{#- How many rows each staging table holds of what had arrived, by platform and kind: select platform, kind, rows_count.
    Staging tables belong to the contracts folder, so they are found in the graph and not named here. -#}
{% macro staging_totals() -%}
    {%- set queries = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name.startswith('stg_') -%}
            {%- set platform, kind = node.name[4:].split('__') -%}
            {%- do queries.append(
                "select '" ~ platform ~ "' as platform, '" ~ kind ~ "' as kind, count(*) as rows_count from "
                ~ node.relation_name ~ " where " ~ arrived()
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ queries | join(' union all ') or "select '' as platform, '' as kind, 0 as rows_count where false" }}
{%- endmacro %}
