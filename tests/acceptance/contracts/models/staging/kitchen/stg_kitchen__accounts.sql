with

accounts as (

    select * from {{ source('raw', 'kitchen_accounts') }}

),

renamed as (

    select
        'kitchen' as platform,
        customer as account_id,
        signed_up as created_at,
        cast(null as varchar) as language,
        cast(null as varchar) as country,
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
