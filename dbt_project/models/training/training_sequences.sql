{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='user_id',
        on_schema_change='fail',
        pre_hook="{{ forget_persons_without(this, ref('int_histories_marked')) }}",
    )
}}

{#- persons who did other things than when their sequence was made -#}
{% set touched %}
    select
        marked.user_id,
        marked.first_date,
        marked.fingerprint
    from {{ ref('int_histories_marked') }} as marked
    {% if is_incremental() %}
        anti join {{ this }} as built
            on marked.user_id = built.user_id and marked.fingerprint = built.fingerprint and built.place = 1
    {% endif %}
{% endset %}

with

touched as (

    {{ touched }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}
    where is_suspect is not true

),

remade as (

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
    from {{ ref('fct_interactions') }} as interactions
    inner join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    inner join touched on accounts.user_id = touched.user_id
    where
        interactions.event_date >= touched.first_date
        and interactions.event_at < {{ cut() }}
        and not interactions.is_impression
        {% if is_incremental() %}
            and interactions.event_at
            >= ({{ answers("select min(first_date) from (" ~ touched ~ ") as touched", 'date') }})
        {% endif %}

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
