with

events as (

    select * from {{ source('raw', 'shop_events') }}

),

renamed as (

    select
        'shop' as platform,
        coalesce(
            id,
            {{ record_id(['customer', 'sku', 'action', 'occurred_at', 'amount', 'visit', 'list_run']) }}
        ) as event_id,
        customer as account_id,
        sku as item_id,
        action as event_word,
        occurred_at as event_at,
        amount as value,
        visit as session_id,
        cast(null as boolean) as is_impression,
        list_run as recommendation_run_id,
        file_id,
        line,
        loaded_at
    from events

)

select * from renamed
