with

links as (

    select * from {{ source('raw', 'music_links') }}

),

renamed as (

    select
        'music' as platform,
        listener as account_id,
        friend as linked_account_id,
        relation as link_type,
        since as linked_at,
        file_id,
        line,
        loaded_at
    from links

)

select * from renamed
