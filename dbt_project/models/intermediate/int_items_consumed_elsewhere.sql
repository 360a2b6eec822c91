with

consumed as (

    select * from {{ ref('int_items_consumed') }}

),

matched as (

    select * from {{ ref('dim_items') }}
    where match_method <> 'none'

),

platforms as (

    select * from {{ ref('dim_platforms') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at < {{ cut() }} and is_positive

),

-- a platform may show again what was taken there, and another may not
taken_where_it_may_return as (

    select
        accounts.user_id,
        matched.canonical_item_id,
        interactions.platform,
        interactions.item_id,
        interactions.event_at as first_at
    from interactions
    inner join matched on interactions.platform = matched.platform and interactions.item_id = matched.item_id
    inner join platforms on interactions.platform = platforms.platform and platforms.consumed_may_return
    inner join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id

),

taken as (

    select
        consumed.user_id,
        matched.canonical_item_id,
        consumed.platform,
        consumed.item_id,
        consumed.first_at
    from consumed
    inner join matched on consumed.platform = matched.platform and consumed.item_id = matched.item_id
    union all
    select * from taken_where_it_may_return

),

listed_elsewhere as (

    select
        taken.user_id,
        matched.platform,
        matched.item_id,
        min(taken.first_at) as first_at
    from taken
    inner join matched
        on
            taken.canonical_item_id = matched.canonical_item_id
            and (taken.platform <> matched.platform or taken.item_id <> matched.item_id)
    inner join platforms on matched.platform = platforms.platform and not platforms.consumed_may_return
    group by taken.user_id, matched.platform, matched.item_id

)

select * from listed_elsewhere
