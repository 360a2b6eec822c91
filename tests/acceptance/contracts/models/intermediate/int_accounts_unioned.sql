-- written by crossrec platform sync; edit the contracts and run it again
with

beauty_accounts as (

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
    from {{ ref('stg_beauty__accounts') }}
    where {{ arrived() }}

),

electronics_accounts as (

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
    from {{ ref('stg_electronics__accounts') }}
    where {{ arrived() }}

),

food_accounts as (

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
    from {{ ref('stg_food__accounts') }}
    where {{ arrived() }}

),

kitchen_accounts as (

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
    from {{ ref('stg_kitchen__accounts') }}
    where {{ arrived() }}

),

unioned as (

    select * from beauty_accounts
    union all
    select * from electronics_accounts
    union all
    select * from food_accounts
    union all
    select * from kitchen_accounts

)

select * from unioned
