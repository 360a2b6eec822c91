with

refused as (

    select * from {{ ref('int_identifiers_counted') }}
    where accounts_count > {{ var('max_accounts_per_identifier') }}

),

listed as (

    select
        identifier,
        identifier_mark,
        max(accounts_count) as accounts_count,
        string_agg(distinct platform, ', ' order by platform) as platforms
    from refused
    group by identifier, first_key, identifier_mark

)

select * from listed
