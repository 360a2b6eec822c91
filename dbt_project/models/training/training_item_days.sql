with

interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at < {{ cut() }} and event_date >= {{ days_before(364) }} and is_positive

),

suspected as (

    select * from {{ ref('int_accounts_suspected') }}

),

-- what robots take is not popular
believed as (

    select interactions.*
    from interactions
    left join suspected
        on interactions.platform = suspected.platform and interactions.account_id = suspected.account_id
    where suspected.account_id is null

),

items as (

    select * from {{ ref('training_items') }}

),

counted as (

    select
        items.item_index,
        believed.event_date,
        count(*) as positives_count
    from believed
    inner join items on believed.platform = items.platform and believed.item_id = items.item_id
    group by items.item_index, believed.event_date

)

select * from counted
