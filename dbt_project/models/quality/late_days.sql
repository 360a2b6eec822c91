with

late as (

    select * from {{ ref('fct_interactions') }}
    where event_at < {{ cut() }} and is_late

),

deliveries as (

    select * from {{ ref('int_deliveries') }}
    where delivered_date <= {{ night() }}

),

counted as (

    select
        late.platform,
        late.event_date,
        deliveries.delivered_date,
        count(*) as events_count
    from late
    inner join deliveries on late.platform = deliveries.platform and late.file_id = deliveries.file_id
    where late.event_date <= deliveries.delivered_date - cast({{ var('lookback_days') }} as integer)
    group by late.platform, late.event_date, deliveries.delivered_date

)

select * from counted
