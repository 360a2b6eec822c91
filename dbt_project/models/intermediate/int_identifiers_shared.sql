with

counted as (

    select * from {{ ref('int_identifiers_counted') }}
    where accounts_count <= {{ var('max_accounts_per_identifier') }}

),

shared as (

    select
        account_key,
        identifier,
        first_key,
        -- one account on each of many platforms is what a person has; many on one platform raise doubt
        platforms_count * 1.0 / accounts_count * case identifier
            when 'login' then {{ var('login_strength') }}
            when 'email' then {{ var('email_strength') }}
            when 'phone' then {{ var('phone_strength') }}
            when 'device' then {{ var('device_strength') }}
            else {{ var('own_strength') }}
        end as strength
    from counted

)

select * from shared
