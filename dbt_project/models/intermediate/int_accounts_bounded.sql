with

components as (

    select * from {{ ref('int_account_components') }}

),

parts as (

    select * from {{ ref('int_large_component_parts') }}

),

sized as (

    select
        account_key,
        component_key,
        count(*) over (partition by component_key) as accounts_count
    from components

),

parts_sized as (

    select
        split_part(account_key, '|', 1) as level,
        substr(account_key, 3) as account_key,
        substr(component_key, 3) as part_key,
        count(*) over (partition by component_key) as accounts_count
    from parts

),

-- the fewest links are cut: of the parts that are small enough, the one of the lowest level
parted as (

    select
        account_key,
        min_by(part_key, level) as part_key
    from parts_sized
    where accounts_count <= {{ var('max_accounts_per_person') }}
    group by account_key

),

bounded as (

    select
        sized.account_key,
        sized.component_key,
        case
            when sized.accounts_count <= {{ var('max_accounts_per_person') }} then sized.component_key
            else coalesce(parted.part_key, sized.account_key)
        end as part_key
    from sized
    left join parted on sized.account_key = parted.account_key

)

select * from bounded
