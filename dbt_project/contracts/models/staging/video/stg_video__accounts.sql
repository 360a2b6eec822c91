with

accounts as (

    select * from {{ source('raw', 'video_accounts') }}

),

renamed as (

    select
        'video' as platform,
        cast(viewer_id as varchar) as account_id,
        member_since as created_at,
        ui_language as language,
        country,
        email_address as email_token,
        phone_number as phone_token,
        cast(null as varchar) as login_token,
        device_id as device_token,
        file_id,
        line,
        loaded_at
    from accounts

)

select * from renamed
