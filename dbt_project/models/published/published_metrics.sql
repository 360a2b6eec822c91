with

metrics as (

    select * from {{ source('ops', 'metrics') }}

),

named as (

    select
        run_id,
        logical_date,
        recommender,
        platform,
        segment,
        metric,
        {{ of_enough_persons('value') }} as value,
        {{ of_enough_persons('low') }} as low,
        {{ of_enough_persons('high') }} as high,
        {{ of_enough_persons('persons_count') }} as persons_count
    from metrics

)

select * from named
