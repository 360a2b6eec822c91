with

links as (

    select * from {{ ref('int_account_links') }}

),

groups as (

    select
        *,
        count(*) over (partition by component_key) as accounts_count
    from {{ ref('int_account_groups') }}

),

cut as (

    select
        accounts.component_key,
        accounts.accounts_count,
        links.account_key,
        links.linked_key,
        links.evidence,
        links.strength,
        case when accounts.part_key = others.part_key then 'kept apart' else 'too many accounts' end as cut_reason
    from links
    inner join groups as accounts on links.account_key = accounts.account_key
    inner join groups as others on links.linked_key = others.account_key
    where accounts.group_key <> others.group_key

)

select * from cut
