with

uplift as (

    select * from {{ source('ops', 'uplift') }}

),

named as (

    select
        run_id,
        logical_date,
        platform,
        segment,
        metric,
        single,
        joint,
        difference,
        low,
        high,
        persons_count
    from uplift

)

select * from named
