{#- What a query of tables that stand gives, one column, as a list of literals: by a literal DuckDB knows which row groups
    it need not read. The tables of a unit test are part of its own statement, so there it is the query itself. -#}
{% macro answers(query, type) -%}
    {%- if not execute or model.resource_type == 'unit_test' -%}
        select cast(answers.answer as {{ type }}) from ({{ query }}) as answers (answer)
    {%- elif not is_incremental() -%} {#- hooks ask before they know whether there is a table #}
        cast(null as {{ type }})
    {%- else -%}
        {%- set literals = [] -%}
        {%- for value in run_query(query).columns[0].values() if value is not none -%}
            {%- do literals.append("cast('" ~ value ~ "' as " ~ type ~ ")") -%}
        {%- endfor -%}
        {{ literals | join(', ') or 'cast(null as ' ~ type ~ ')' }}
    {%- endif -%}
{%- endmacro %}
