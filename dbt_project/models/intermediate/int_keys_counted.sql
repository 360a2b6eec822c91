with

-- earlier days were counted on their nights
interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at >= {{ first_lookback_date() }} and event_at < {{ cut() }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

counted as (

    select 'fct_interactions' as table_name, count(*) as rows_count from interactions
    group by platform, event_id
    union all
    select 'dim_accounts' as table_name, count(*) as rows_count from accounts
    group by platform, account_id
    union all
    select 'dim_users' as table_name, count(*) as rows_count from users
    group by user_id
    union all
    select 'dim_items' as table_name, count(*) as rows_count from items
    group by platform, item_id

)

select * from counted
