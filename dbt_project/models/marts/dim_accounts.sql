with

accounts as (

    select * from {{ ref('int_accounts_consented') }}

),

suspected as (

    select * from {{ ref('int_accounts_suspected') }}

),

returned as (

    select * from {{ source('manifest', 'returned_accounts') }}

),

identified as (

    select
        accounts.platform,
        accounts.account_id,
        accounts.account_key,
        -- the generation counts the erasures of the earliest account: who comes back gets another name
        'u' || left(md5(accounts.earliest_key || ':' || coalesce(returned.generation, 0)), 16) as user_id,
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
    left join returned on accounts.earliest_key = returned.platform || ':' || returned.account_id

)

select * from identified
