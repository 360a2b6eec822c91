with

histories as (

    select * from {{ ref('int_histories') }}

),

-- one text for all that is read of a person and for the rule by which a sequence is cut: another text, another sequence
marked as (

    select
        user_id,
        {{ fingerprint(['platform', 'event_id', 'item_id', 'event_type', 'event_at', 'is_positive']) }}
        || '/' || count(*) || '/{{ var("max_sequence") }}' as fingerprint
    from histories
    group by user_id

)

select * from marked
