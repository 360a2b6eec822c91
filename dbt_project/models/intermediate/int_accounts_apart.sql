with

decisions as (

    select * from {{ source('manifest', 'do_not_link') }}
    where {{ arrived() }}

),

numbered as (

    select
        account_key,
        other_key,
        is_apart,
        row_number() over (partition by account_key, other_key order by loaded_at desc) as newness
    from decisions

),

apart as (

    select
        account_key,
        other_key
    from numbered
    where newness = 1 and is_apart

)

select * from apart
