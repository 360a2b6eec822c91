with

suspected as (

    select * from {{ ref('int_accounts_suspected') }}

),

interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at >= {{ first_lookback_date() }} and event_at < {{ cut() }}

),

accounts_counted as (

    select
        platform,
        count(*) as accounts_count
    from suspected
    group by platform

),

events_counted as (

    select
        suspected.platform,
        count(*) as window_events_count
    from suspected
    inner join interactions
        on suspected.platform = interactions.platform and suspected.account_id = interactions.account_id
    group by suspected.platform

),

joined as (

    select
        accounts_counted.platform,
        accounts_counted.accounts_count,
        coalesce(events_counted.window_events_count, 0) as window_events_count
    from accounts_counted
    left join events_counted on accounts_counted.platform = events_counted.platform

)

select * from joined
