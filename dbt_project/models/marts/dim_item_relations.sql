with

alike as (

    select * from {{ ref('int_items_alike') }}

),

together as (

    select * from {{ ref('int_items_taken_together') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

related as (

    select item_key, related_key, relation, strength, place from alike
    union all
    select item_key, related_key, 'taken together' as relation, strength, 0 as place from together

),

ranked as (

    select
        *,
        row_number() over (
            partition by item_key, relation order by strength desc, place asc, related_key asc
        ) as relation_rank
    from related

),

named as (

    select
        one.platform,
        one.item_id,
        ranked.relation,
        cast(ranked.relation_rank as integer) as relation_rank,
        other.platform as related_platform,
        other.item_id as related_item_id,
        cast(ranked.strength as double) as strength
    from ranked
    inner join items as one on ranked.item_key = one.platform || ':' || one.item_id
    inner join items as other on ranked.related_key = other.platform || ':' || other.item_id
    where ranked.relation_rank <= {{ var('relations_per_item') }}

)

select * from named
