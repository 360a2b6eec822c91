with

platforms as (

    select * from {{ ref('dim_platforms') }}
    where is_chosen is not false

),

volumes as (

    select * from {{ ref('int_volumes_by_platform') }}

),

weekdays as (

    select * from {{ ref('int_weekdays_by_platform') }}

),

records as (

    select * from {{ ref('int_records_by_platform') }}

),

stocks as (

    select * from {{ ref('int_stocks_by_platform') }}

),

suspects as (

    select * from {{ ref('int_suspects_by_platform') }}

),

late_days as (

    select * from {{ ref('late_days') }}

),

too_late as (

    select
        platform,
        sum(events_count) as events_count
    from late_days
    where delivered_date = {{ night() }}
    group by platform

),

facts as (

    select
        platforms.platform,
        {{ night() }} as logical_date,
        coalesce(volumes.events_count, 0) as events_count,
        coalesce(volumes.day_events_count, 0) as day_events_count,
        cast(weekdays.usual_day_events_count as double) as usual_day_events_count,
        cast(
            coalesce(volumes.day_events_count, 0) / nullif(weekdays.usual_day_events_count, 0) as double
        ) as volume_ratio,
        cast(date_diff('second', volumes.newest_event_at, {{ cut() }}) / 3600.0 as double) as freshness_hours,
        coalesce(records.duplicate_count, 0) as duplicate_count,
        cast(records.duplicate_share as double) as duplicate_share,
        cast(records.reject_share as double) as reject_share,
        cast(records.unknown_item_share as double) as unknown_item_share,
        cast(records.unknown_event_type_share as double) as unknown_event_type_share,
        cast(stocks.untitled_item_share as double) as untitled_item_share,
        cast(records.late_share as double) as late_share,
        cast(coalesce(too_late.events_count, 0) as bigint) as too_late_count,
        stocks.accounts_count,
        coalesce(suspects.accounts_count, 0) as suspect_accounts_count,
        cast(
            coalesce(suspects.accounts_count, 0) * 1.0 / nullif(stocks.accounts_count, 0) as double
        ) as suspect_account_share,
        cast(
            coalesce(suspects.window_events_count, 0) * 1.0 / nullif(volumes.window_events_count, 0) as double
        ) as suspect_event_share,
        coalesce(volumes.people_count, 0) as people_count,
        coalesce(volumes.positives_count, 0) as positives_count,
        stocks.items_count,
        stocks.available_items_count,
        cast(stocks.matched_share as double) as matched_share,
        cast(coalesce(volumes.event_share, 0) as double) as event_share,
        cast(coalesce(volumes.people_share, 0) as double) as people_share,
        cast(coalesce(volumes.positive_share, 0) as double) as positive_share,
        cast(volumes.usual_event_share as double) as usual_event_share,
        cast(coalesce(volumes.event_share, 0) - volumes.usual_event_share as double) as event_share_change
    from platforms
    left join volumes on platforms.platform = volumes.platform
    left join weekdays on platforms.platform = weekdays.platform
    left join records on platforms.platform = records.platform
    left join stocks on platforms.platform = stocks.platform
    left join suspects on platforms.platform = suspects.platform
    left join too_late on platforms.platform = too_late.platform

)

select * from facts
