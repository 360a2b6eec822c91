with

item_days as (

    select * from {{ ref('int_item_days') }}
    where event_date between {{ days_before(364) }} and {{ night() }} and positives_count > 0

),

suspected as (

    select * from {{ ref('int_accounts_suspected') }}

),

-- what robots take is not popular
disbelieved as (

    select
        interactions.platform,
        interactions.item_id,
        interactions.event_date,
        count(*) as positives_count
    from {{ ref('fct_interactions') }} as interactions
    inner join suspected
        on interactions.platform = suspected.platform and interactions.account_id = suspected.account_id
    where
        interactions.event_at >= {{ days_before(364) }} and interactions.event_at < {{ cut() }}
        and interactions.is_positive
    group by interactions.platform, interactions.item_id, interactions.event_date

),

items as (

    select * from {{ ref('training_items') }}

),

counted as (

    select
        items.item_index,
        item_days.event_date,
        item_days.positives_count - coalesce(disbelieved.positives_count, 0) as positives_count
    from item_days
    inner join items on item_days.platform = items.platform and item_days.item_id = items.item_id
    left join disbelieved
        on
            item_days.platform = disbelieved.platform
            and item_days.item_id = disbelieved.item_id
            and item_days.event_date = disbelieved.event_date
    where item_days.positives_count > coalesce(disbelieved.positives_count, 0)

)

select * from counted
