with

accounts as (

    select * from {{ source('raw', 'shop_accounts') }}

),

renamed as (

    select
        'shop' as platform,
        customer as account_id,
        registered_at as created_at,
        lang as language,
        country,
        email as email_token,
        phone as phone_token,
        cast(null as varchar) as login_token,
        cast(null as varchar) as device_token,
        file_id,
        line,
        loaded_at
    from accounts

)

select * from renamed
