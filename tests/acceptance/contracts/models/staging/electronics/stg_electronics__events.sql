with

events as (

    select * from {{ source('raw', 'electronics_events') }}

),

renamed as (

    select
        'electronics' as platform,
        coalesce(id, {{ record_id(['actor_id', 'object_id', 'verb', 'occurred_at']) }}) as event_id,
        actor_id as account_id,
        object_id as item_id,
        verb as event_word,
        occurred_at as event_at,
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
