{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ forget_days(this, changed_days(this)) }}",
    )
}}

{% if is_incremental() %}
    {% set days = changed_days(this) %}
{% endif %}

with

changed as (

    select * from {{ ref('fct_interactions') }}
    where
        event_at < {{ cut() }}
        {% if is_incremental() %}
            and event_at >= {{ first_of(days) }}
            and event_date in ({{ days }})
        {% endif %}

),

days as (

    select
        platform,
        item_id,
        event_date,
        count(*) as events_count,
        count(*) filter (where is_positive) as positives_count,
        max(loaded_at) as loaded_at,
        cast(sum(line) as bigint) as lines_sum
    from changed
    group by platform, item_id, event_date

)

select * from days
-- what asks for the last days reads no others, however many days a night brought
order by event_date
