{{ config(severity='error') }}

-- No list, and no reason in one, stands on a platform that may not use the data it comes from.
-- A row is one that does.
with

lists as (

    select * from {{ ref('published_recommendations') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

withdrawn as (

    select * from {{ ref('int_consents_withdrawn') }}

),

beyond as (

    select
        lists.user_id,
        lists.platform,
        lists.item_rank
    from lists
    inner join accounts on lists.user_id = accounts.user_id
    inner join withdrawn
        on
            accounts.platform = withdrawn.platform
            and accounts.account_id = withdrawn.account_id
            and lists.platform = withdrawn.other_platform

)

select * from beyond
