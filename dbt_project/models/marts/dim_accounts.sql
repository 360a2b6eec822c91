with

accounts as (

    select * from {{ ref('int_accounts_matched') }}

),

suspected as (

    select * from {{ ref('int_accounts_suspected') }}

),

identified as (

    select
        accounts.platform,
        accounts.account_id,
        accounts.account_key,
        -- 0 is the generation: an erased person who returns gets another name
        'u' || left(md5(accounts.earliest_key || ':0'), 16) as user_id,
        accounts.first_seen_at,
        accounts.created_at,
        accounts.language,
        accounts.country,
        accounts.match_method,
        accounts.match_evidence,
        accounts.match_confidence,
        suspected.account_id is not null as is_suspect,
        suspected.suspect_rule
    from accounts
    left join suspected on accounts.platform = suspected.platform and accounts.account_id = suspected.account_id

)

select * from identified
