with

account_months as (

    select * from {{ ref('int_account_months') }}

),

totals as (

    select
        platform,
        account_id,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        cast(sum(events_count) as bigint) as events_count,
        cast(sum(positives_count) as bigint) as positives_count
    from account_months
    group by platform, account_id

)

select * from totals
