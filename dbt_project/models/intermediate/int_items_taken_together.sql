with

-- what training may not see of a person is not seen here
sequences as (

    select * from {{ ref('training_sequences') }}
    where is_positive and event_at >= {{ days_before(var('relation_days')) }}

),

taken as (

    select
        user_id,
        platform,
        item_id,
        platform || ':' || item_id as item_key,
        max(place) as place
    from sequences
    group by user_id, platform, item_id

),

newest as (

    select
        *,
        row_number() over (partition by user_id order by place desc) as newness
    from taken

),

-- few items of each person bound the number of pairs
recent as (

    select * from newest
    where newness <= {{ var('relation_items') }}

),

taken_by as (

    select
        item_key,
        count(*) as persons_count
    from recent
    group by item_key

),

pairs as (

    select
        one.item_key,
        other.item_key as related_key,
        count(*) as persons_count
    from recent as one
    inner join recent as other on one.user_id = other.user_id and one.item_key < other.item_key
    group by one.item_key, other.item_key
    having count(*) >= {{ var('relation_persons') }}

),

compared as (

    select
        pairs.item_key,
        pairs.related_key,
        pairs.persons_count / sqrt(one.persons_count * other.persons_count) as strength
    from pairs
    inner join taken_by as one on pairs.item_key = one.item_key
    inner join taken_by as other on pairs.related_key = other.item_key

),

both_ways as (

    select
        item_key,
        related_key,
        strength
    from compared
    union all
    select
        related_key as item_key,
        item_key as related_key,
        strength
    from compared

)

select * from both_ways
