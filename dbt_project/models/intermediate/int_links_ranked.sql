with

links as (

    select * from {{ ref('int_account_links') }}

),

bounded as (

    select * from {{ ref('int_accounts_bounded') }}

),

pairs as (

    select distinct part_key from {{ ref('int_pairs_parted') }}

),

ranked as (

    select
        accounts.part_key,
        links.account_key,
        links.linked_key,
        row_number() over (
            partition by accounts.part_key
            order by
                links.evidence = 'likeness' asc,
                links.strength desc,
                links.account_key asc,
                links.linked_key asc
        ) as place
    from links
    inner join bounded as accounts on links.account_key = accounts.account_key
    inner join bounded as others on links.linked_key = others.account_key and accounts.part_key = others.part_key
    inner join pairs on accounts.part_key = pairs.part_key

)

select * from ranked
