with

items as (

    select * from {{ source('links', 'items') }}

),

shared as (

    select * from {{ ref('int_item_ids_shared') }}

),

groups as (

    select * from {{ ref('int_item_groups') }}

),

pairs as (

    select * from {{ ref('int_item_pairs_chosen') }}

),

components as (

    select * from {{ ref('int_item_components') }}

),

grouped as (

    select
        items.item_key,
        items.platform,
        items.item_id,
        coalesce(groups.component_key, items.item_key) as group_key
    from items
    left join groups on items.item_key = groups.account_key

),

-- pairs in a row may lead to two things of one platform; then none of these pairs holds
contradictory as (

    select distinct component_key from (
        select
            components.component_key,
            grouped.platform
        from components
        inner join grouped on components.account_key = grouped.group_key
        group by components.component_key, grouped.platform
        having count(distinct grouped.group_key) > 1
    ) as platforms

),

held as (

    select
        components.account_key as group_key,
        components.component_key
    from components
    left join contradictory on components.component_key = contradictory.component_key
    where contradictory.component_key is null

),

sure as (

    select
        held.group_key,
        max(pairs.confidence) as confidence
    from held
    inner join pairs on held.group_key = pairs.first_group or held.group_key = pairs.second_group
    group by held.group_key

),

methods as (

    select
        item_key,
        string_agg(distinct id_kind, ' and ' order by id_kind) as id_kinds
    from shared
    group by item_key

),

matched as (

    select
        grouped.platform,
        grouped.item_id,
        -- a group is named after the least key in it, and so is a component of groups
        coalesce(held.component_key, grouped.group_key) as canonical_item_id,
        concat_ws(' and ', methods.id_kinds, if(sure.group_key is null, null, 'text')) as match_method,
        coalesce(sure.confidence, 1) as match_confidence
    from grouped
    left join held on grouped.group_key = held.group_key
    left join sure on grouped.group_key = sure.group_key
    left join methods on grouped.item_key = methods.item_key
    where methods.item_key is not null or sure.group_key is not null

)

select * from matched
