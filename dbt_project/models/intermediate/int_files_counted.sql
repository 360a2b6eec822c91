{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['platform', 'file_id'],
        on_schema_change='fail',
    )
}}

with

records as (

    select * from {{ ref('int_events_unioned') }}

),

{% if is_incremental() %}

    known as (

        select * from {{ this }}

    ),

{% endif %}

-- what was loaded since, also into files that were counted before
loaded as (

    select
        records.platform,
        records.file_id,
        max(records.event_at) as newest_event_at,
        max(records.loaded_at) as loaded_at
    from records
    {% if is_incremental() %}
        where records.loaded_at > coalesce({{ newest_load(this) }}, timestamp '0001-01-01')
    {% endif %}
    group by records.platform, records.file_id

),

{% if is_incremental() %}

    together as (

        select * from loaded
        union all
        select
            known.platform,
            known.file_id,
            known.newest_event_at,
            known.loaded_at
        from known
        inner join loaded on known.platform = loaded.platform and known.file_id = loaded.file_id

    ),

{% else %}

    together as (

        select * from loaded

    ),

{% endif %}

counted as (

    select
        platform,
        file_id,
        max(newest_event_at) as newest_event_at,
        max(loaded_at) as loaded_at
    from together
    group by platform, file_id

)

select * from counted
