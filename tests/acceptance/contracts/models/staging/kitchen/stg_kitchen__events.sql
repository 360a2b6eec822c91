with

events as (

    select * from {{ source('raw', 'kitchen_events') }}

),

renamed as (

    select
        'kitchen' as platform,
        coalesce(id, {{ record_id(['customer', 'product', 'action', 'day']) }}) as event_id,
        customer as account_id,
        product as item_id,
        action as event_word,
        day as event_at,
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
