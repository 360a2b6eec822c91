{#- What standard SQL cannot say, or not fast: a macro each, to be written once more for another engine. -#}

{#- Each account of `edges` (account_key, linked_key; each edge in both directions) with the least key that it reaches.
    The recursion keeps one row an account and hands on only labels that became smaller, so it ends by itself. -#}
{% macro connected_components(edges) -%}
    {{ return(adapter.dispatch('connected_components')(edges)) }}
{%- endmacro %}

{% macro duckdb__connected_components(edges) -%}
with recursive components (account_key, component_key) using key (account_key) as (
    select
        edges.account_key,
        least(edges.account_key, min(edges.linked_key)) as component_key
    from {{ edges }} as edges
    group by edges.account_key

    union

    select
        edges.linked_key as account_key,
        min(components.component_key) as component_key
    from components
    inner join {{ edges }} as edges on components.account_key = edges.account_key
    inner join recurring.components as known on edges.linked_key = known.account_key
    where components.component_key < known.component_key
    group by edges.linked_key
)

select
    account_key,
    component_key
from components
{%- endmacro %}

{#- A number that says whether the rows of a group, in whatever order, are still the same. -#}
{% macro fingerprint(columns) -%}
    {{ return(adapter.dispatch('fingerprint')(columns)) }}
{%- endmacro %}

{% macro duckdb__fingerprint(columns) -%}
    cast(bit_xor(hash({{ columns | join(', ') }})) as varchar)
{%- endmacro %}

{#- All days from the first to the last date, as an expression that yields a row a day. -#}
{% macro each_day(first_date, last_date) -%}
    {{ return(adapter.dispatch('each_day')(first_date, last_date)) }}
{%- endmacro %}

{% macro duckdb__each_day(first_date, last_date) -%}
    cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval '1' day)) as date)
{%- endmacro %}

{#- A name from a log as it may be told to people: of few plain characters and hardly any digits, for in a field where
    a platform writes what it likes somebody's address or number may stand. -#}
{% macro shown_name(column) -%}
    {{ return(adapter.dispatch('shown_name')(column)) }}
{%- endmacro %}

{% macro duckdb__shown_name(column) -%}
    case
        when
            regexp_full_match({{ column }}, '[A-Za-z0-9_. -]{1,40}')
            and length(regexp_replace({{ column }}, '[^0-9]', '', 'g')) <= 4
            then {{ column }}
        else 'a name that is not shown'
    end
{%- endmacro %}
