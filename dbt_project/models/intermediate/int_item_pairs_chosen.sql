with

likely as (

    select * from {{ ref('int_item_pairs_likely') }}

),

ranked as (

    select
        *,
        row_number() over first_side as first_rank,
        row_number() over second_side as second_rank,
        weight - lead(weight) over first_side as first_lead,
        weight - lead(weight) over second_side as second_lead
    from likely
    window
        first_side as (
            partition by first_group, first_platform, second_platform
            order by weight desc, second_group asc
        ),
        second_side as (
            partition by second_group, second_platform, first_platform
            order by weight desc, first_group asc
        )

),

-- one partner at most on each other platform, and only one that no other comes close to
chosen as (

    select
        first_group,
        second_group,
        max(confidence) as confidence
    from ranked
    where
        first_rank = 1
        and second_rank = 1
        and weight >= {{ var('item_match_weight') }}
        and coalesce(first_lead >= {{ var('item_match_lead') }}, true)
        and coalesce(second_lead >= {{ var('item_match_lead') }}, true)
    group by first_group, second_group

)

select * from chosen
