with

platforms as (

    select * from {{ ref('platforms') }}

),

named as (

    select
        platform,
        title,
        time_zone,
        lateness_days,
        consumed_may_return,
        alpha
    from platforms

)

select * from named
