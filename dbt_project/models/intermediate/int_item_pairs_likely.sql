with

candidates as (

    select * from {{ source('links', 'item_candidates') }}
    where weight >= {{ var('item_match_weight') }} - {{ var('item_match_lead') }}

),

items as (

    select * from {{ source('links', 'items') }}

),

groups as (

    select * from {{ ref('int_item_groups') }}

),

-- items that external ids tie together are one from here on
grouped as (

    select
        items.item_key,
        items.platform,
        coalesce(groups.component_key, items.item_key) as group_key
    from items
    left join groups on items.item_key = groups.account_key

),

platforms as (

    select distinct
        group_key,
        platform
    from grouped

),

-- two groups that are on one platform are two things there
apart as (

    select distinct
        one.group_key as first_group,
        other.group_key as second_group
    from candidates
    inner join grouped as one on candidates.first_key = one.item_key
    inner join grouped as other on candidates.second_key = other.item_key
    inner join platforms as one_platform on one.group_key = one_platform.group_key
    inner join platforms as other_platform
        on other.group_key = other_platform.group_key and one_platform.platform = other_platform.platform

),

likely as (

    select
        one.group_key as first_group,
        other.group_key as second_group,
        one.platform as first_platform,
        other.platform as second_platform,
        max(candidates.weight) as weight,
        max(candidates.confidence) as confidence
    from candidates
    inner join grouped as one on candidates.first_key = one.item_key
    inner join grouped as other on candidates.second_key = other.item_key
    left join apart on one.group_key = apart.first_group and other.group_key = apart.second_group
    where apart.first_group is null
    group by one.group_key, other.group_key, one.platform, other.platform

)

select * from likely
