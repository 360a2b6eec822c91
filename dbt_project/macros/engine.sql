{#- What standard SQL cannot say, or not fast: a macro each, to be written once more for another engine. -#}

{#- Each account of `edges` (account_key, linked_key; each edge in both directions) with the least key that it reaches.
    Round by round every account goes, by two steps, to the neighbour that is least in an order drawn anew for the round;
    accounts at one place become one and the edges between them vanish. So each round shrinks what is left to a fraction,
    long chains too, and the work grows with the edges. Rows are edges between places, or accounts with their place. -#}
{% macro connected_components(edges) -%}
    {{ return(adapter.dispatch('connected_components')(edges)) }}
{%- endmacro %}

{% macro duckdb__connected_components(edges) -%}
with recursive contracted (round, is_edge, near_key, far_key) as (
    select cast(0 as bigint) as round, true as is_edge, account_key as near_key, linked_key as far_key
    from {{ edges }}

    union all

    select distinct cast(0 as bigint) as round, false as is_edge, account_key as near_key, account_key as far_key
    from {{ edges }}

    union all

    (
        with nearest as (
            select
                round,
                near_key,
                case
                    when hash(near_key, round) < min(hash(far_key, round)) then near_key
                    else arg_min(far_key, hash(far_key, round))
                end as far_key
            from contracted
            where is_edge
            group by round, near_key
        ),

        moved as (
            select nearest.round, nearest.near_key, further.far_key
            from nearest
            inner join nearest as further on nearest.far_key = further.near_key
        )

        select distinct moved.round + 1 as round, true as is_edge, moved.far_key as near_key, others.far_key
        from contracted
        inner join moved on contracted.near_key = moved.near_key
        inner join moved as others on contracted.far_key = others.near_key
        where contracted.is_edge and moved.far_key <> others.far_key

        union all

        select moved.round + 1 as round, false as is_edge, contracted.near_key, moved.far_key
        from contracted
        inner join moved on contracted.far_key = moved.near_key
        where not contracted.is_edge
    )
),

settled as (
    select near_key as account_key, arg_max(far_key, round) as place
    from contracted
    where not is_edge
    group by near_key
)

select
    account_key,
    min(account_key) over (partition by place) as component_key
from settled
{%- endmacro %}

{#- The accounts of groups in which pairs must not be together, each with the least key of the part that it is left in.
    `links` (part_key, account_key, linked_key, place) are tried in the order of their places, the strongest first; one
    that would bring the two of a pair (part_key, account_key, other_key) together is left out. So of all links between
    the two the weakest are cut. The recursion keeps one row a group and ends with the last link of the largest. -#}
{% macro groups_without_pairs(links, pairs) -%}
    {{ return(adapter.dispatch('groups_without_pairs')(links, pairs)) }}
{%- endmacro %}

{% macro duckdb__groups_without_pairs(links, pairs) -%}
with recursive members as (
    select part_key, account_key from {{ links }}
    union
    select part_key, linked_key as account_key from {{ links }}
),

forbidden as (
    select part_key, list([account_key, other_key]) as pairs
    from {{ pairs }}
    group by part_key
),

tried (part_key, place, heads) using key (part_key) as (
    select
        members.part_key,
        cast(0 as bigint) as place,
        map_from_entries(list(struct_pack(k := members.account_key, v := members.account_key))) as heads
    from members
    group by members.part_key

    union

    select
        joining.part_key,
        joining.place,
        case
            when len(list_filter(
                joining.pairs,
                lambda pair: least(joining.heads[pair[1]], joining.heads[pair[2]]) = joining.first_head
                and greatest(joining.heads[pair[1]], joining.heads[pair[2]]) = joining.last_head
            )) > 0 then joining.heads
            else map_from_entries(list_transform(
                map_entries(joining.heads),
                lambda entry: struct_pack(
                    k := entry.key,
                    v := case when entry.value = joining.last_head then joining.first_head else entry.value end
                )
            ))
        end as heads
    from (
        select
            tried.part_key,
            links.place,
            tried.heads,
            forbidden.pairs,
            least(tried.heads[links.account_key], tried.heads[links.linked_key]) as first_head,
            greatest(tried.heads[links.account_key], tried.heads[links.linked_key]) as last_head
        from tried
        inner join {{ links }} as links on tried.part_key = links.part_key and tried.place + 1 = links.place
        inner join forbidden on tried.part_key = forbidden.part_key
    ) as joining
)

select
    unnest(map_keys(heads)) as account_key,
    unnest(map_values(heads)) as group_key
from tried
{%- endmacro %}

{#- A number for what the columns of a row hold, hardly ever the same for two rows that differ. -#}
{% macro digest(columns) -%}
    {{ return(adapter.dispatch('digest')(columns)) }}
{%- endmacro %}

{% macro duckdb__digest(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{#- A number that says whether the rows of a group, in whatever order, are still the same. -#}
{% macro fingerprint(columns) -%}
    {{ return(adapter.dispatch('fingerprint')(columns)) }}
{%- endmacro %}

{% macro duckdb__fingerprint(columns) -%}
    bit_xor({{ digest(columns) }})
{%- endmacro %}

{#- The fingerprint of several groups of rows together, from their own. -#}
{% macro combined(fingerprints) -%}
    {{ return(adapter.dispatch('combined')(fingerprints)) }}
{%- endmacro %}

{% macro duckdb__combined(fingerprints) -%}
    bit_xor({{ fingerprints }})
{%- endmacro %}

{#- All days from the first to the last date, as an expression that yields a row a day. -#}
{% macro each_day(first_date, last_date) -%}
    {{ return(adapter.dispatch('each_day')(first_date, last_date)) }}
{%- endmacro %}

{% macro duckdb__each_day(first_date, last_date) -%}
    cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval '1' day)) as date)
{%- endmacro %}

{#- Each word of a text, as an expression that yields a row a word. -#}
{% macro each_word(column) -%}
    {{ return(adapter.dispatch('each_word')(column)) }}
{%- endmacro %}

{% macro duckdb__each_word(column) -%}
    unnest(string_split({{ column }}, ' '))
{%- endmacro %}

{#- The texts of a group, in their order and with "and" between them. An ordered string_agg takes five times as long. -#}
{% macro enumerated(column) -%}
    {{ return(adapter.dispatch('enumerated')(column)) }}
{%- endmacro %}

{% macro duckdb__enumerated(column) -%}
    array_to_string(list_sort(list({{ column }})), ' and ')
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
