with

accounts as (

    select * from {{ ref('int_accounts_deduplicated') }}

),

further as (

    select
        account_key,
        platform,
        {{ each_word('further_tokens') }} as token
    from accounts

),

identifiers as (

    select account_key, platform, 'email' as identifier, email_token as token from accounts
    union all
    select account_key, platform, 'phone' as identifier, phone_token as token from accounts
    union all
    select account_key, platform, 'login' as identifier, login_token as token from accounts
    union all
    select account_key, platform, 'device' as identifier, device_token as token from accounts
    union all
    select account_key, platform, split_part(split_part(token, ':', 1), '.', 2) as identifier, token from further
    where token like 'own.%'

),

holders as (

    select
        token,
        identifier,
        min(account_key) as first_key,
        count(*) as accounts_count,
        count(distinct platform) as platforms_count
    from identifiers
    where token is not null
    group by token, identifier
    having count(*) > 1

),

counted as (

    select
        identifiers.account_key,
        identifiers.platform,
        holders.identifier,
        holders.first_key,
        -- enough of the keyed token to tell identifiers apart, too little to match with
        left(split_part(holders.token, ':', 2), 8) as identifier_mark,
        holders.accounts_count,
        holders.platforms_count
    from identifiers
    inner join holders on identifiers.token = holders.token and identifiers.identifier = holders.identifier

)

select * from counted
