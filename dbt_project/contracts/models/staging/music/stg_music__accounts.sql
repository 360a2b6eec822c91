with

accounts as (

    select * from {{ source('raw', 'music_accounts') }}

),

renamed as (

    select
        'music' as platform,
        listener as account_id,
        created_at,
        language,
        country,
        email as email_token,
        phone as phone_token,
        cast(null as varchar) as login_token,
        device as device_token,
        file_id,
        line,
        loaded_at
    from accounts

)

select * from renamed
