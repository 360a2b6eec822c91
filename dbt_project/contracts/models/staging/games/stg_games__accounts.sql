with

accounts as (

    select * from {{ source('raw', 'games_accounts') }}

),

renamed as (

    select
        'games' as platform,
        player as account_id,
        since as created_at,
        language,
        country,
        mail as email_token,
        cast(null as varchar) as phone_token,
        cast(null as varchar) as login_token,
        device as device_token,
        file_id,
        line,
        loaded_at
    from accounts

)

select * from renamed
