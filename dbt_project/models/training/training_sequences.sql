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

interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at < {{ cut() }} and not is_impression

),

-- nothing is learned from robots
accounts as (

    select * from {{ ref('dim_accounts') }}
    where is_suspect is not true

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

histories as (

    select
        touched.user_id,
        touched.fingerprint,
        interactions.platform,
        interactions.item_id,
        interactions.event_type,
        interactions.event_at,
        interactions.is_positive,
        -- a hash says nothing of what came next, an id or the order of a file may
        md5(interactions.platform || ':' || interactions.event_id) as tie_break
    from interactions
    inner join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    inner join touched on accounts.user_id = touched.user_id

),

numbered as (

    select
        *,
        count(*) over (partition by user_id) as events_count,
        row_number() over (partition by user_id order by event_at, tie_break) as number
    from histories

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
