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
        {{ of_enough_persons('value') }} as value,
        {{ of_enough_persons('low') }} as low,
        {{ of_enough_persons('high') }} as high,
        {{ of_enough_persons('persons_count') }} as persons_count
    from realised

)

select * from named
