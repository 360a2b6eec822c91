with

accounts as (

    select * from {{ ref('int_accounts_matched') }}

),

identified as (

    select
        platform,
        account_id,
        account_key,
        -- 0 is the generation: an erased person who returns gets another name
        'u' || left(md5(earliest_key || ':0'), 16) as user_id,
        first_seen_at,
        created_at,
        language,
        country,
        match_method
    from accounts

)

select * from identified
