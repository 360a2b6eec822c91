-- written by crossrec platform sync; edit the contracts and run it again
with

beauty_events as (

    select
        platform,
        event_id,
        account_id,
        item_id,
        event_word,
        event_at,
        value,
        session_id,
        is_impression,
        recommendation_run_id,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_beauty__events') }}
    where {{ arrived() }}

),

electronics_events as (

    select
        platform,
        event_id,
        account_id,
        item_id,
        event_word,
        event_at,
        value,
        session_id,
        is_impression,
        recommendation_run_id,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_electronics__events') }}
    where {{ arrived() }}

),

food_events as (

    select
        platform,
        event_id,
        account_id,
        item_id,
        event_word,
        event_at,
        value,
        session_id,
        is_impression,
        recommendation_run_id,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_food__events') }}
    where {{ arrived() }}

),

kitchen_events as (

    select
        platform,
        event_id,
        account_id,
        item_id,
        event_word,
        event_at,
        value,
        session_id,
        is_impression,
        recommendation_run_id,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_kitchen__events') }}
    where {{ arrived() }}

),

unioned as (

    select * from beauty_events
    union all
    select * from electronics_events
    union all
    select * from food_events
    union all
    select * from kitchen_events

)

select * from unioned
