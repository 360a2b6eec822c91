-- written by crossrec platform sync from platforms/*.yml; edit those and run it again
with

music as (

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

),

video as (

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

),

unioned as (

    select * from music
    union all
    select * from video

)

select * from unioned
