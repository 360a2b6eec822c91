-- written by crossrec platform sync; edit the contracts and run it again
with

games_accounts as (

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
        loaded_at,
        cast(null as varchar) as further_tokens
    from {{ ref('stg_games__accounts') }}
    where {{ arrived() }}

),

music_accounts as (

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
        loaded_at,
        cast(null as varchar) as further_tokens
    from {{ ref('stg_music__accounts') }}
    where {{ arrived() }}

),

news_accounts as (

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
        loaded_at,
        cast(null as varchar) as further_tokens
    from {{ ref('stg_news__accounts') }}
    where {{ arrived() }}

),

shop_accounts as (

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
        loaded_at,
        cast(null as varchar) as further_tokens
    from {{ ref('stg_shop__accounts') }}
    where {{ arrived() }}

),

video_accounts as (

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
        loaded_at,
        cast(null as varchar) as further_tokens
    from {{ ref('stg_video__accounts') }}
    where {{ arrived() }}

),

unioned as (

    select * from games_accounts
    union all
    select * from music_accounts
    union all
    select * from news_accounts
    union all
    select * from shop_accounts
    union all
    select * from video_accounts

)

select * from unioned
