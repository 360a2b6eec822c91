-- written by crossrec platform sync from platforms/*.yml; edit those and run it again
with

games as (

    select
        platform,
        account_id,
        created_at,
        language,
        country,
        email_token,
        phone_token,
        login_token,
        device_token,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_games__accounts') }}

),

music as (

    select
        platform,
        account_id,
        created_at,
        language,
        country,
        email_token,
        phone_token,
        login_token,
        device_token,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_music__accounts') }}

),

news as (

    select
        platform,
        account_id,
        created_at,
        language,
        country,
        email_token,
        phone_token,
        login_token,
        device_token,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_news__accounts') }}

),

shop as (

    select
        platform,
        account_id,
        created_at,
        language,
        country,
        email_token,
        phone_token,
        login_token,
        device_token,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_shop__accounts') }}

),

video as (

    select
        platform,
        account_id,
        created_at,
        language,
        country,
        email_token,
        phone_token,
        login_token,
        device_token,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_video__accounts') }}

),

unioned as (

    select * from games
    union all
    select * from music
    union all
    select * from news
    union all
    select * from shop
    union all
    select * from video

)

select * from unioned
