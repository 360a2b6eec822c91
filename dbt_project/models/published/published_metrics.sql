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
        value,
        low,
        high,
        persons_count
    from metrics

)

select * from named
