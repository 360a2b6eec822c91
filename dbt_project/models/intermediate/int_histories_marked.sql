with

-- nothing is learned from robots
accounts as (

    select * from {{ ref('dim_accounts') }}
    where is_suspect is not true

),

-- the days are named twice, for a big table that is read twice under one name is copied
recent as (

    select
        accounts.user_id,
        account_days.event_date,
        sum(account_days.events_count - account_days.impressions_count) as interactions_count,
        {{ combined('account_days.interactions_mark') }} as mark
    from {{ ref('int_account_days') }} as account_days
    inner join accounts
        on account_days.platform = accounts.platform and account_days.account_id = accounts.account_id
    where
        account_days.event_date
        between greatest({{ days_before(var('sequence_days')) }}, {{ first_kept_date() }}) and {{ night() }}
        and account_days.events_count > account_days.impressions_count
    group by accounts.user_id, account_days.event_date

),

filled as (

    select user_id
    from recent
    group by user_id
    having sum(interactions_count) >= {{ var('max_sequence') }}

),

-- only of persons whose last days do not fill a sequence the days before are read
unfilled as (

    select accounts.*
    from accounts
    anti join filled on accounts.user_id = filled.user_id

),

older as (

    select
        unfilled.user_id,
        account_days.event_date,
        sum(account_days.events_count - account_days.impressions_count) as interactions_count,
        {{ combined('account_days.interactions_mark') }} as mark
    from {{ ref('int_account_days') }} as account_days
    inner join unfilled
        on account_days.platform = unfilled.platform and account_days.account_id = unfilled.account_id
    where
        account_days.event_date >= {{ first_kept_date() }}
        and account_days.event_date < {{ days_before(var('sequence_days')) }}
        and account_days.events_count > account_days.impressions_count
    group by unfilled.user_id, account_days.event_date

),

days as (

    select * from recent
    union all
    select * from older

),

since as (

    select
        *,
        sum(interactions_count) over (
            partition by user_id order by event_date desc rows unbounded preceding
        ) - interactions_count as later_count
    from days

),

-- one text for all that a sequence may hold and for the rule by which it is cut: another text, another sequence
marked as (

    select
        user_id,
        min(event_date) as first_date,
        {{ combined('mark') }} || '/' || sum(interactions_count) || '/{{ var("max_sequence") }}' as fingerprint
    from since
    where later_count < {{ var('max_sequence') }}
    group by user_id

)

select * from marked
