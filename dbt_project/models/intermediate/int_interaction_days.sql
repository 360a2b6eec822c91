with

interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at < {{ cut() }}

),

-- what tells whether a day's records are still the same ones
days as (

    select
        event_date,
        count(*) as rows_count,
        max(loaded_at) as loaded_at,
        cast(sum(line) as bigint) as lines_sum
    from interactions
    group by event_date

)

select * from days
