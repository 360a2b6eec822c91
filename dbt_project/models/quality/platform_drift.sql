with

platforms as (

    select * from {{ ref('dim_platforms') }}
    where is_chosen is not false

),

compared as (

    select * from {{ ref('int_weekdays_compared') }}

),

mixes as (

    select * from {{ ref('int_mixes_compared') }}

),

words as (

    select * from {{ ref('int_words_unknown') }}

),

fields as (

    select * from {{ ref('int_fields_new') }}

),

nights as (

    select * from compared
    where is_night

),

usual as (

    select * from compared
    where not is_night

),

facts as (

    select
        platforms.platform,
        {{ night() }} as logical_date,
        cast(usual.events_count as double) as usual_events_count,
        cast(nights.value_null_share as double) as value_null_share,
        cast(usual.value_null_share as double) as usual_value_null_share,
        cast(nights.value_null_share - usual.value_null_share as double) as value_null_change,
        cast(nights.session_null_share as double) as session_null_share,
        cast(usual.session_null_share as double) as usual_session_null_share,
        cast(nights.session_null_share - usual.session_null_share as double) as session_null_change,
        cast(nights.accounts_count as double) as active_accounts_count,
        cast(usual.accounts_count as double) as usual_active_accounts_count,
        cast(nights.accounts_count / usual.accounts_count as double) as accounts_ratio,
        cast(nights.items_count as double) as active_items_count,
        cast(usual.items_count as double) as usual_active_items_count,
        cast(nights.items_count / usual.items_count as double) as items_ratio,
        cast(mixes.other_type_share as double) as other_type_share,
        cast(coalesce(words.events_count, 0) as bigint) as unknown_word_events_count,
        coalesce(words.names, 'none') as unknown_words,
        coalesce(fields.fields_count, 0) as new_fields_count,
        coalesce(fields.names, 'none') as new_fields
    from platforms
    left join nights on platforms.platform = nights.platform
    left join usual on platforms.platform = usual.platform
    left join mixes on platforms.platform = mixes.platform
    left join words on platforms.platform = words.platform
    left join fields on platforms.platform = fields.platform

)

select * from facts
