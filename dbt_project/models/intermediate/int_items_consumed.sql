with

interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at < {{ cut() }} and is_positive

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

platforms as (

    select * from {{ ref('dim_platforms') }}
    where not consumed_may_return

),

consumed as (

    select
        accounts.user_id,
        interactions.platform,
        interactions.item_id,
        min(interactions.event_at) as first_at
    from interactions
    inner join platforms on interactions.platform = platforms.platform
    inner join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    group by accounts.user_id, interactions.platform, interactions.item_id

)

select * from consumed
