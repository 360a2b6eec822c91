with

active as (

    select * from {{ ref('int_accounts_active') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

keys as (

    select * from {{ ref('int_keys_counted') }}

),

platform_facts as (

    select * from {{ ref('platform_facts') }}

),

union_differences as (

    select * from {{ ref('int_union_differences') }}

),

duplicates as (

    select coalesce(sum(rows_count - 1), 0) as duplicate_key_count
    from keys

),

orphans as (

    select cast(coalesce(sum(active.events_count), 0) as bigint) as orphan_account_count
    from active
    left join accounts on active.platform = accounts.platform and active.account_id = accounts.account_id
    where accounts.account_id is null

),

balance as (

    select
        count(*) as platforms_count,
        max(event_share) as largest_event_share,
        min(event_share) as smallest_event_share
    from platform_facts

),

matching as (

    select
        count(*) as persons_count,
        coalesce(sum(accounts_count), 0) as accounts_count,
        sum(case when accounts_count > 1 then accounts_count else 0 end) * 1.0
        / nullif(sum(accounts_count), 0) as matched_account_share
    from users

),

unions as (

    select coalesce(sum(abs(staged_count - unioned_count)), 0) as union_difference_count
    from union_differences

),

facts as (

    select
        {{ night() }} as logical_date,
        balance.platforms_count,
        matching.persons_count,
        cast(matching.accounts_count as bigint) as accounts_count,
        matching.matched_account_share,
        cast(unions.union_difference_count as bigint) as union_difference_count,
        cast(duplicates.duplicate_key_count as bigint) as duplicate_key_count,
        orphans.orphan_account_count,
        balance.largest_event_share,
        balance.smallest_event_share
    from balance
    cross join matching
    cross join unions
    cross join duplicates
    cross join orphans

)

select * from facts
