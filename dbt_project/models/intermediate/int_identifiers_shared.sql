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

counted as (

    select
        account_key,
        identifier,
        min(account_key) over (partition by identifier, token) as first_key,
        count(*) over (partition by identifier, token) as accounts_count
    from identifiers
    where token is not null

),

shared as (

    select
        account_key,
        identifier,
        first_key
    from counted
    where accounts_count between 2 and {{ var('max_accounts_per_identifier') }}

)

select * from shared
