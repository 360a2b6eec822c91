with

accounts as (

    select * from {{ ref('dim_accounts') }}

),

owned as (

    select
        platform,
        account_id,
        user_id
    from accounts

)

select * from owned
