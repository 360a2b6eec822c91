with

history as (

    select * from {{ ref('dim_account_history') }}

),

spans as (

    select
        platform,
        account_id,
        user_id,
        match_method,
        match_evidence,
        match_confidence,
        valid_from,
        valid_to
    from history

)

select * from spans
