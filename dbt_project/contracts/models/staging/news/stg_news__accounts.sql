with

accounts as (

    select * from {{ source('raw', 'news_accounts') }}

),

renamed as (

    select
        'news' as platform,
        reader as account_id,
        joined_ts as created_at,
        language,
        country,
        email as email_token,
        mobile as phone_token,
        cast(null as varchar) as login_token,
        cast(null as varchar) as device_token,
        file_id,
        line,
        loaded_at
    from accounts

)

select * from renamed
