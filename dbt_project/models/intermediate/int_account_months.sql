{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ forget_days(this, changed_days(this, 'month')) }}",
    )
}}

{% if is_incremental() %}
    {% set months = changed_days(this, 'month') %}
{% endif %}

with

changed as (

    select
        *,
        cast(date_trunc('month', event_date) as date) as month_date
    from {{ ref('int_account_days') }}
    where
        event_date <= {{ night() }}
        {% if is_incremental() %}
            and event_date >= {{ first_of(months) }}
            and cast(date_trunc('month', event_date) as date) in ({{ months }})
        {% endif %}

),

months as (

    select
        platform,
        account_id,
        month_date as event_date,
        cast(sum(events_count) as bigint) as events_count,
        cast(sum(positives_count) as bigint) as positives_count,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        max(loaded_at) as loaded_at,
        cast(sum(lines_sum) as bigint) as lines_sum
    from changed
    group by platform, account_id, month_date

)

select * from months
order by event_date
