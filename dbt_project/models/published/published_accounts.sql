with

accounts as (

    select * from {{ ref('dim_accounts') }}

),

history as (

    select * from {{ ref('dim_account_history') }}
    where valid_from <= {{ night() }} and coalesce(valid_to > {{ night() }}, true)

),

owned as (

    select
        accounts.platform,
        accounts.account_id,
        accounts.user_id,
        accounts.match_method,
        accounts.match_evidence,
        accounts.match_confidence,
        history.valid_from
    from accounts
    left join history on accounts.account_key = history.account_key

)

select * from owned
