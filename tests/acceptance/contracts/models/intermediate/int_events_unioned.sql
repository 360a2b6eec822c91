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
