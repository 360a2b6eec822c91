with

realised as (

    select * from {{ source('ops', 'realised') }}

),

named as (

    select
        run_id,
        logical_date,
        list_run_id,
        list_logical_date,
        days_count,
        platform,
        metric,
        value,
        low,
        high,
        persons_count
    from realised

)

select * from named
