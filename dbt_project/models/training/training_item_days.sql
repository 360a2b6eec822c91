with

interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at < {{ cut() }} and event_date >= {{ days_before(364) }} and is_positive

),

items as (

    select * from {{ ref('training_items') }}

),

counted as (

    select
        items.item_index,
        interactions.event_date,
        count(*) as positives_count
    from interactions
    inner join items on interactions.platform = items.platform and interactions.item_id = items.item_id
    group by items.item_index, interactions.event_date

)

select * from counted
