-- written by crossrec platform sync; edit the contracts and run it again
with

music_links as (

    select
        platform,
        account_id,
        linked_account_id,
        link_type,
        linked_at,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_music__links') }}
    where {{ arrived() }}

),

video_links as (

    select
        platform,
        account_id,
        linked_account_id,
        link_type,
        linked_at,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_video__links') }}
    where {{ arrived() }}

),

unioned as (

    select * from music_links
    union all
    select * from video_links

)

select * from unioned
