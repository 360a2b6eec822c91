with

delivered as (

    select * from {{ ref('int_accounts_deduplicated') }}

),

active as (

    select * from {{ ref('int_accounts_active') }}

),

seen as (

    select
        coalesce(delivered.platform, active.platform) as platform,
        coalesce(delivered.account_id, active.account_id) as account_id,
        coalesce(delivered.account_key, active.platform || ':' || active.account_id) as account_key,
        coalesce(delivered.created_at, active.first_event_at) as first_seen_at,
        delivered.created_at,
        delivered.language,
        delivered.country
    from delivered
    full outer join active on delivered.platform = active.platform and delivered.account_id = active.account_id

)

select * from seen
