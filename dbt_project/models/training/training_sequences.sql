{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='user_id',
        on_schema_change='fail',
        pre_hook="{{ forget_gone_persons(this, ref('dim_users')) }}",
    )
}}

with

interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at < {{ cut() }} and not is_impression

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

marked as (

    select * from {{ ref('int_histories_marked') }}

),

-- persons who did other things than when their row was made
touched as (

    select
        users.user_id,
        coalesce(marked.fingerprint, 'none') as fingerprint
    from users
    left join marked on users.user_id = marked.user_id
    {% if is_incremental() %}
        left join {{ this }} as built on users.user_id = built.user_id
        where coalesce(marked.fingerprint, 'none') is distinct from built.fingerprint
    {% endif %}

),

ranked as (

    select
        accounts.user_id,
        interactions.*,
        md5(interactions.platform || ':' || interactions.event_id) as tie_break,
        row_number() over (
            partition by accounts.user_id
            order by interactions.event_at desc, md5(interactions.platform || ':' || interactions.event_id) desc
        ) as newness
    from interactions
    inner join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    inner join touched on accounts.user_id = touched.user_id

),

listed as (

    select
        user_id,
        {{ list_of_structs(
            ['platform', 'item_id', 'event_type', 'event_at', 'is_positive'], order_by='event_at, tie_break'
        ) }} as events
    from ranked
    where newness <= {{ var('max_sequence') }}
    group by user_id

),

sequences as (

    select
        touched.user_id,
        touched.fingerprint,
        listed.events
    from touched
    left join listed on touched.user_id = listed.user_id

)

select * from sequences
