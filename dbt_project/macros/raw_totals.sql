{#- How many records each raw table holds: select platform, kind, rows_count. Raw tables belong to the contracts folder,
    so they are found in the graph and not named here. DuckDB knows such a count without reading a record. -#}
{% macro raw_totals() -%}
    {%- set queries = [] -%}
    {%- for table in raw_tables() -%}
        {%- do queries.append("select " ~ table.key ~ ", count(*) as rows_count from " ~ table.relation) -%}
    {%- endfor -%}
    {{ queries | join(' union all ') or "select '' as platform, '' as kind, 0 as rows_count where false" }}
{%- endmacro %}

{#- The same by file, of records loaded since a moment: select platform, kind, file_id, rows_count. -#}
{% macro raw_totals_by_file(since) -%}
    {%- set queries = [] -%}
    {%- for table in raw_tables() -%}
        {%- do queries.append(
            "select " ~ table.key ~ ", file_id, count(*) as rows_count from " ~ table.relation
            ~ " where loaded_at >= (" ~ since ~ ") group by file_id"
        ) -%}
    {%- endfor -%}
    {{ queries | join(' union all ')
        or "select '' as platform, '' as kind, '' as file_id, 0 as rows_count where false" }}
{%- endmacro %}

{% macro raw_tables() -%}
    {%- set tables = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.source_name == 'raw' -%}
            {%- set platform, kind = node.name.rsplit('_', 1) -%}
            {%- do tables.append({
                'relation': node.relation_name,
                'key': "'" ~ platform ~ "' as platform, '" ~ kind ~ "' as kind",
            }) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(tables) }}
{%- endmacro %}
