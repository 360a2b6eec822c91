with

records as (

    select
        *,
        cast(event_at as date) as event_date
    from {{ ref('int_events_unioned') }}
    where event_at >= {{ first_lookback_date() }} and event_at < {{ cut() }}

),

platforms as (

    select * from {{ ref('platforms') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

items as (

    select * from {{ ref('int_items_deduplicated') }}

),

catalogues as (

    select distinct platform from items

),

deliveries as (

    select * from {{ ref('int_deliveries') }}

),

judged as (

    select
        records.platform,
        records.event_date,
        records.event_id,
        records.event_word,
        records.file_id,
        {{ record_id([
            'records.account_id', 'records.item_id', 'records.event_word',
            'records.event_at', 'records.value', 'records.session_id'
        ]) }} as content_id,
        case when catalogues.platform is not null then items.item_id is null end as is_unknown_item,
        event_types.event_type is null as is_unknown_event_type,
        coalesce(records.event_date < deliveries.late_before_date, false) as is_late
    from records
    inner join platforms on records.platform = platforms.platform
    left join event_types
        on records.platform = event_types.platform and records.event_word = event_types.event_word
    left join catalogues on records.platform = catalogues.platform
    left join items on records.platform = items.platform and records.item_id = items.item_id
    left join deliveries on records.platform = deliveries.platform and records.file_id = deliveries.file_id

)

select * from judged
