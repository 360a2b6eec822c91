with

gate_results as (

    select * from {{ source('ops', 'gate_results') }}

),

named as (

    select
        run_id,
        logical_date,
        gate,
        suite,
        expectation,
        platform,
        severity,
        is_success,
        rule,
        observed,
        threshold,
        judged_at
    from gate_results

)

select * from named
