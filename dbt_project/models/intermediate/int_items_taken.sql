{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ forget_from(this, first_changed_date(this), 'first_at') }}",
    )
}}

{% if is_incremental() %}
    {% set first_date = first_changed_date(this) %}
{% endif %}

with

interactions as (

    select * from {{ ref('fct_interactions') }}
    where
        event_at < {{ cut() }} and is_positive
        {% if is_incremental() %}
            and event_at >= {{ first_date }}
        {% endif %}

),

{% if is_incremental() %}

    known as (

        select * from {{ this }}
        where first_at < {{ first_date }}

    ),

{% endif %}

firsts as (

    select
        interactions.platform,
        interactions.account_id,
        interactions.item_id,
        min(interactions.event_at) as first_at,
        (select max(days.loaded_at) from {{ ref('int_interaction_days') }} as days) as loaded_until
    from interactions
    {% if is_incremental() %}
        anti join known
            on
                interactions.platform = known.platform
                and interactions.account_id = known.account_id
                and interactions.item_id = known.item_id
    {% endif %}
    group by interactions.platform, interactions.account_id, interactions.item_id

)

select * from firsts
order by first_at
