with

accounts as (

    select * from {{ ref('dim_accounts') }}

),

withdrawn as (

    select * from {{ ref('int_consents_withdrawn') }}

),

withheld as (

    select distinct
        accounts.user_id,
        withdrawn.other_platform as platform
    from accounts
    inner join withdrawn
        on accounts.platform = withdrawn.platform and accounts.account_id = withdrawn.account_id

)

select * from withheld
