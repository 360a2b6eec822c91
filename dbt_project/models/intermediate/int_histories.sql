with

-- nothing is learned from robots
accounts as (

    select * from {{ ref('dim_accounts') }}
    where is_suspect is not true

),

starts as (

    select * from {{ ref('int_sequence_starts') }}

),

started as (

    select
        accounts.user_id,
        accounts.platform,
        accounts.account_id,
        starts.first_date
    from accounts
    left join starts on accounts.user_id = starts.user_id

),

-- a sequence holds the newest interactions, so nothing before its start is read
recent as (

    select
        started.user_id,
        interactions.platform,
        interactions.event_id,
        interactions.item_id,
        interactions.event_type,
        interactions.event_at,
        interactions.is_positive
    from {{ ref('fct_interactions') }} as interactions
    inner join started
        on interactions.platform = started.platform and interactions.account_id = started.account_id
    where
        interactions.event_at >= {{ days_before(var('sequence_days')) }}
        and interactions.event_at < {{ cut() }}
        and interactions.event_date >= coalesce(started.first_date, date '0001-01-01')
        and not interactions.is_impression

),

unstarted as (

    select * from started
    where first_date is null

),

older as (

    select
        unstarted.user_id,
        interactions.platform,
        interactions.event_id,
        interactions.item_id,
        interactions.event_type,
        interactions.event_at,
        interactions.is_positive
    from {{ ref('fct_interactions') }} as interactions
    inner join unstarted
        on interactions.platform = unstarted.platform and interactions.account_id = unstarted.account_id
    where
        interactions.event_at < {{ days_before(var('sequence_days')) }}
        and not interactions.is_impression

),

read as (

    select * from recent
    union all
    select * from older

)

select * from read
