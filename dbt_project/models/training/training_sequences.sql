{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='user_id',
        on_schema_change='fail',
        pre_hook="{{ forget_persons_without(this, ref('int_histories_marked')) }}",
    )
}}

with

histories as (

    select * from {{ ref('int_histories') }}

),

marked as (

    select * from {{ ref('int_histories_marked') }}

),

{% if is_incremental() %}

    built as (

        select distinct
            user_id,
            fingerprint
        from {{ this }}

    ),

{% endif %}

-- persons who did other things than when their sequence was made
touched as (

    select
        marked.user_id,
        marked.fingerprint
    from marked
    {% if is_incremental() %}
        left join built on marked.user_id = built.user_id and marked.fingerprint = built.fingerprint
        where built.user_id is null
    {% endif %}

),

remade as (

    select
        touched.fingerprint,
        histories.*,
        -- a hash says nothing of what came next, an id or the order of a file may
        md5(histories.platform || ':' || histories.event_id) as tie_break
    from histories
    inner join touched on histories.user_id = touched.user_id

),

numbered as (

    select
        *,
        count(*) over (partition by user_id) as events_count,
        row_number() over (partition by user_id order by event_at, tie_break) as number
    from remade

),

newest as (

    select
        user_id,
        cast(number - greatest(events_count - {{ var('max_sequence') }}, 0) as integer) as place,
        platform,
        item_id,
        event_type,
        event_at,
        is_positive,
        fingerprint
    from numbered
    where number > events_count - {{ var('max_sequence') }}

)

select * from newest
