with

accounts as (

    select * from {{ ref('dim_accounts') }}
    where is_suspect is not true

),

-- what came of a later one is not known yet
shown as (

    select distinct
        accounts.user_id,
        interactions.platform,
        interactions.item_id,
        interactions.event_at as shown_at
    from {{ ref('fct_interactions') }} as interactions
    inner join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    where
        interactions.event_at >= {{ days_before(30) }}
        and interactions.event_at < {{ cut() }} - interval '1' day
        and interactions.is_impression

),

taken as (

    select
        accounts.user_id,
        interactions.platform,
        interactions.item_id,
        interactions.event_at
    from {{ ref('fct_interactions') }} as interactions
    inner join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    where
        interactions.event_at >= {{ days_before(30) }} and interactions.event_at < {{ cut() }}
        and interactions.is_positive

),

answered as (

    select
        shown.*,
        count(taken.event_at) > 0 as is_taken
    from shown
    left join taken
        on
            shown.user_id = taken.user_id
            and shown.platform = taken.platform
            and shown.item_id = taken.item_id
            and shown.shown_at <= taken.event_at
            and shown.shown_at > taken.event_at - interval '1' day
    group by all

),

numbered as (

    select
        users.user_index,
        items.item_index,
        answered.shown_at,
        answered.is_taken
    from answered
    inner join {{ ref('training_users') }} as users on answered.user_id = users.user_id
    inner join {{ ref('training_items') }} as items
        on answered.platform = items.platform and answered.item_id = items.item_id

)

select * from numbered
