with

users as (

    select * from {{ ref('dim_users') }}

),

numbered as (

    select
        cast(row_number() over (order by user_id) - 1 as integer) as user_index,
        user_id
    from users

)

select * from numbered
