with

events as (

    select * from {{ source('raw', 'food_events') }}

),

renamed as (

    select
        'food' as platform,
        coalesce(event_id, {{ record_id(['reviewer', 'asin', 'type', 'ts']) }}) as event_id,
        reviewer as account_id,
        asin as item_id,
        type as event_word,
        ts as event_at,
        cast(null as double) as value,
        cast(null as varchar) as session_id,
        cast(null as boolean) as is_impression,
        cast(null as varchar) as recommendation_run_id,
        file_id,
        line,
        loaded_at
    from events

)

select * from renamed
