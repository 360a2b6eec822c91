with

recommender_versions as (

    select * from {{ source('ops', 'recommender_versions') }}

),

named as (

    select
        recommender_version,
        run_id,
        logical_date,
        encoder,
        epochs,
        device,
        precision,
        seconds,
        peak_memory_mb,
        parameters_count,
        folder,
        parent,
        trained_at,
        must_retrain_by
    from recommender_versions

)

select * from named
