with

records as (

    select * from {{ ref('int_records_judged') }}

),

events as (

    select * from {{ ref('int_events_unioned') }}
    where event_at < {{ cut() }}

),

rejects as (

    select * from {{ source('manifest', 'rejects') }}
    where kind = 'events' and {{ arrived() }}

),

platforms as (

    select * from {{ ref('platforms') }}

),

accepted as (

    select
        platform,
        count(*) as accepted_count
    from events
    group by platform

),

rejected as (

    select
        platform,
        sum(records_count) as rejects_count
    from rejects
    group by platform

),

windowed as (

    select
        platform,
        avg(case when is_unknown_item then 1.0 when not is_unknown_item then 0.0 end) as unknown_item_share,
        avg(case when is_unknown_event_type then 1.0 else 0.0 end) as unknown_event_type_share,
        avg(case when is_late then 1.0 else 0.0 end) as late_share
    from records
    group by platform

),

-- the same event twice under one id, or under two
repeated as (

    select
        platform,
        count(*) as records_count,
        count(*) - least(count(distinct event_id), count(distinct content_id)) as duplicate_count
    from records
    where event_date = {{ night() }}
    group by platform

),

joined as (

    select
        platforms.platform,
        coalesce(repeated.duplicate_count, 0) as duplicate_count,
        repeated.duplicate_count * 1.0 / repeated.records_count as duplicate_share,
        windowed.unknown_item_share,
        windowed.unknown_event_type_share,
        windowed.late_share,
        coalesce(rejected.rejects_count, 0) * 1.0
        / nullif(coalesce(rejected.rejects_count, 0) + coalesce(accepted.accepted_count, 0), 0) as reject_share
    from platforms
    left join accepted on platforms.platform = accepted.platform
    left join rejected on platforms.platform = rejected.platform
    left join windowed on platforms.platform = windowed.platform
    left join repeated on platforms.platform = repeated.platform

)

select * from joined
