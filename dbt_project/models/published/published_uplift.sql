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
        {{ of_enough_persons('single') }} as single,
        {{ of_enough_persons('joint') }} as joint,
        {{ of_enough_persons('difference') }} as difference,
        {{ of_enough_persons('low') }} as low,
        {{ of_enough_persons('high') }} as high,
        {{ of_enough_persons('persons_count') }} as persons_count
    from uplift

)

select * from named
