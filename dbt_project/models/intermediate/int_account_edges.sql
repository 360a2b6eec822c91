with

accounts as (

    select * from {{ ref('int_accounts_deduplicated') }}

),

identifiers as (

    select account_key, 'email' as identifier, email_token as token from accounts
    union all
    select account_key, 'phone' as identifier, phone_token as token from accounts
    union all
    select account_key, 'login' as identifier, login_token as token from accounts
    union all
    select account_key, 'device' as identifier, device_token as token from accounts

),

sharing as (

    select
        account_key,
        identifier,
        min(account_key) over (partition by identifier, token) as first_key,
        count(*) over (partition by identifier, token) as accounts_count
    from identifiers
    where token is not null

),

linking as (

    select * from sharing
    where accounts_count between 2 and {{ var('max_accounts_per_identifier') }}

),

-- a star around the first account says the same as all pairs, with fewer rows
edges as (

    select account_key, first_key as linked_key, identifier from linking
    union
    select first_key as account_key, account_key as linked_key, identifier from linking

)

select * from edges
where account_key <> linked_key
