with

accounts as (

    select * from {{ ref('dim_accounts') }}

),

grouped as (

    select
        user_id,
        count(*) as accounts_count,
        count(distinct platform) as platforms_count,
        min(first_seen_at) as first_seen_at
    from accounts
    group by user_id

)

select * from grouped
