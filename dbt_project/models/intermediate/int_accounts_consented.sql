with

accounts as (

    select * from {{ ref('int_accounts_matched') }}

),

withdrawn as (

    select * from {{ ref('int_consents_withdrawn') }}

),

-- accounts that withhold their data from a platform on which the same person has another account
apart as (

    select distinct accounts.account_key
    from accounts
    inner join withdrawn
        on accounts.platform = withdrawn.platform and accounts.account_id = withdrawn.account_id
    inner join accounts as others
        on accounts.earliest_key = others.earliest_key and withdrawn.other_platform = others.platform

),

grouped as (

    select
        accounts.*,
        apart.account_key is not null as is_apart,
        coalesce(apart.account_key, accounts.earliest_key) as left_together_key
    from accounts
    left join apart on accounts.account_key = apart.account_key

),

-- named after the earliest of those that are left together, as persons are
named as (

    select
        * exclude (earliest_key, left_together_key),
        first_value(account_key) over (
            partition by left_together_key, is_apart
            order by first_seen_at asc nulls last, platform asc, account_id asc
        ) as earliest_key
    from grouped

)

select * from named
