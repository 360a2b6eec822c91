with

links as (

    select * from {{ source('raw', 'video_links') }}

),

renamed as (

    select
        'video' as platform,
        cast(viewer_id as varchar) as account_id,
        cast(follows_viewer_id as varchar) as linked_account_id,
        relation as link_type,
        since as linked_at,
        file_id,
        line,
        loaded_at
    from links

)

select * from renamed
