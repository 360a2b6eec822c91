with

bounded as (

    select * from {{ ref('int_accounts_bounded') }}

),

apart as (

    select * from {{ ref('int_accounts_apart') }}

),

pairs as (

    select
        accounts.part_key,
        apart.account_key,
        apart.other_key
    from apart
    inner join bounded as accounts on apart.account_key = accounts.account_key
    inner join bounded as others on apart.other_key = others.account_key and accounts.part_key = others.part_key

)

select * from pairs
