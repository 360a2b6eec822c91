with

accounts as (

    select * from {{ ref('dim_accounts') }}

),

platforms as (

    select * from {{ ref('dim_platforms') }}
    where not consumed_may_return

),

owners as (

    select
        accounts.platform,
        accounts.account_id,
        accounts.user_id,
        count(*) over (partition by accounts.user_id, accounts.platform) = 1 as is_only_account
    from accounts
    inner join platforms on accounts.platform = platforms.platform

),

-- few persons have two accounts on a platform, and only what those took has to be put together
consumed as (

    select
        owners.user_id,
        taken.platform,
        taken.item_id,
        taken.first_at
    from {{ ref('int_items_taken') }} as taken
    inner join owners on taken.platform = owners.platform and taken.account_id = owners.account_id
    where taken.first_at < {{ cut() }} and owners.is_only_account
    union all
    select
        owners.user_id,
        taken.platform,
        taken.item_id,
        min(taken.first_at) as first_at
    from {{ ref('int_items_taken') }} as taken
    inner join owners on taken.platform = owners.platform and taken.account_id = owners.account_id
    where taken.first_at < {{ cut() }} and not owners.is_only_account
    group by owners.user_id, taken.platform, taken.item_id

)

select * from consumed
