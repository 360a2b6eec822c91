with

account_days as (

    select * from {{ ref('int_account_days') }}
    where event_date between {{ days_before(var('sequence_days')) }} and {{ night() }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}
    where is_suspect is not true

),

days as (

    select
        accounts.user_id,
        account_days.event_date,
        sum(account_days.events_count - account_days.impressions_count) as interactions_count
    from account_days
    inner join accounts
        on account_days.platform = accounts.platform and account_days.account_id = accounts.account_id
    group by accounts.user_id, account_days.event_date

),

since as (

    select
        user_id,
        event_date,
        sum(interactions_count) over (
            partition by user_id order by event_date desc rows unbounded preceding
        ) as interactions_count
    from days

),

starts as (

    select
        user_id,
        max(event_date) as first_date
    from since
    where interactions_count >= {{ var('max_sequence') }}
    group by user_id

)

select * from starts
