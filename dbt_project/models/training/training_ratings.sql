with

accounts as (

    select * from {{ ref('dim_accounts') }}
    where is_suspect is not true

),

rated as (

    select
        accounts.user_id,
        interactions.platform,
        interactions.item_id,
        interactions.event_at as rated_at,
        interactions.value as rating
    from {{ ref('fct_interactions') }} as interactions
    inner join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    where
        interactions.event_at >= {{ days_before(364) }} and interactions.event_at < {{ cut() }}
        and interactions.event_type = 'rate'
        and interactions.value is not null

),

numbered as (

    select
        users.user_index,
        items.item_index,
        rated.rated_at,
        rated.rating
    from rated
    inner join {{ ref('training_users') }} as users on rated.user_id = users.user_id
    inner join {{ ref('training_items') }} as items
        on rated.platform = items.platform and rated.item_id = items.item_id

)

select * from numbered
