with

runs as (

    select * from {{ source('ops', 'runs') }}

),

gate_results as (

    select * from {{ source('ops', 'gate_results') }}

),

warnings as (

    select distinct run_id from gate_results
    where not is_success

),

-- this run is still under way; whoever reads the published file reads it because the run has published
ended as (

    select
        runs.run_id,
        runs.logical_date,
        case when runs.run_id = '{{ var("run_id") }}' then 'published' else runs.status end as status,
        case
            when runs.run_id = '{{ var("run_id") }}' then warnings.run_id is not null else runs.is_flagged
        end as is_flagged,
        runs.started_at,
        runs.ended_at,
        runs.message,
        runs.configuration,
        runs.watermark,
        runs.forced_reason
    from runs
    left join warnings on runs.run_id = warnings.run_id

)

select * from ended
