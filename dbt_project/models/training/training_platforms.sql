with

platforms as (

    select * from {{ ref('dim_platforms') }}
    where is_chosen is not false

),

facts as (

    select * from {{ ref('platform_facts') }}

),

numbered as (

    select
        cast(row_number() over (order by platforms.platform) - 1 as integer) as platform_index,
        platforms.platform,
        platforms.alpha,
        platforms.consumed_may_return,
        facts.event_share,
        facts.positives_count
    from platforms
    inner join facts on platforms.platform = facts.platform

)

select * from numbered
