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

-- one text for all that a person did and for the rule by which a sequence is cut: another text, another sequence
marked as (

    select
        accounts.user_id,
        {{ fingerprint([
            'interactions.platform', 'interactions.event_id', 'interactions.item_id',
            'interactions.event_type', 'interactions.event_at', 'interactions.is_positive'
        ]) }} || '/' || count(*) || '/{{ var("max_sequence") }}' as fingerprint
    from interactions
    inner join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    group by accounts.user_id

)

select * from marked
