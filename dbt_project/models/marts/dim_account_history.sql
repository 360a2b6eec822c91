{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='account_key',
        on_schema_change='fail',
        full_refresh=false,
        post_hook="delete from {{ this }} where user_id is null",
    )
}}

with

accounts as (

    select
        platform,
        account_id,
        account_key,
        user_id,
        match_method,
        match_evidence,
        match_confidence
    from {{ ref('dim_accounts') }}

),

next_night as (

    select min(logical_date) as logical_date
    from {{ ref('int_nights_built') }}
    where logical_date > {{ night() }}

),

known as (

    {% if is_incremental() %}
        select * exclude (is_current) from {{ this }}
    {% else %}
        select
            *,
            {{ night() }} as valid_from,
            {{ night() }} as valid_to
        from accounts
        where false
    {% endif %}

),

tonight as (

    select * from known
    where valid_from <= {{ night() }} and coalesce(valid_to > {{ night() }}, true)

),

-- without a user_id where the account is no longer known
changed as (

    select
        coalesce(accounts.platform, tonight.platform) as platform,
        coalesce(accounts.account_id, tonight.account_id) as account_id,
        coalesce(accounts.account_key, tonight.account_key) as account_key,
        accounts.user_id,
        accounts.match_method,
        accounts.match_evidence,
        accounts.match_confidence,
        {{ night() }} as valid_from,
        next_night.logical_date as valid_to
    from accounts
    full outer join tonight on accounts.account_key = tonight.account_key
    cross join next_night
    where
        accounts.user_id is distinct from tonight.user_id
        or accounts.match_method is distinct from tonight.match_method
        or accounts.match_evidence is distinct from tonight.match_evidence
        or accounts.match_confidence is distinct from tonight.match_confidence

),

-- what other nights said stays: all before this night, and all from the next night on
spans as (

    select * from changed
    union all
    select known.* replace (least(known.valid_to, {{ night() }}) as valid_to)
    from known
    inner join changed on known.account_key = changed.account_key
    where known.valid_from < {{ night() }}
    union all
    select known.* replace (greatest(known.valid_from, changed.valid_to) as valid_from)
    from known
    inner join changed on known.account_key = changed.account_key
    where changed.valid_to is not null and coalesce(known.valid_to > changed.valid_to, true)

),

named as (

    select
        *,
        concat_ws(' ', user_id, match_method, match_evidence, match_confidence) as identity
    from spans

),

compared as (

    select
        *,
        lag(valid_to) over account_spans = valid_from and lag(identity) over account_spans = identity as goes_on
    from named
    window account_spans as (partition by account_key order by valid_from)

),

numbered as (

    select
        *,
        count_if(goes_on is not true) over (partition by account_key order by valid_from) as span_number
    from compared

),

-- neighbours that say the same are one span
merged as (

    select
        platform,
        account_id,
        account_key,
        user_id,
        match_method,
        match_evidence,
        match_confidence,
        min(valid_from) as valid_from,
        case when bool_or(valid_to is null) then null else max(valid_to) end as valid_to
    from numbered
    group by
        platform,
        account_id,
        account_key,
        user_id,
        match_method,
        match_evidence,
        match_confidence,
        span_number

)

select
    *,
    valid_to is null as is_current
from merged
