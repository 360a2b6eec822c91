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
        first_side as (partition by first_group, first_platform, second_platform order by weight desc, second_group),
        second_side as (partition by second_group, second_platform, first_platform order by weight desc, first_group)

),

-- one partner at most on each other platform, and only one that no other comes close to
clear as (

    select * from ranked
    where
        first_rank = 1
        and second_rank = 1
        and weight >= {{ var('item_match_weight') }}
        and coalesce(first_lead >= {{ var('item_match_lead') }}, true)
        and coalesce(second_lead >= {{ var('item_match_lead') }}, true)

),

-- whoever has found its partner is no rival to others any more
left_over as (

    select likely.*
    from likely
    left join clear as first_taken
        on
            likely.first_group = first_taken.first_group
            and likely.first_platform = first_taken.first_platform
            and likely.second_platform = first_taken.second_platform
    left join clear as second_taken
        on
            likely.second_group = second_taken.second_group
            and likely.second_platform = second_taken.second_platform
            and likely.first_platform = second_taken.first_platform
    where first_taken.first_group is null and second_taken.second_group is null

),

ranked_again as (

    select
        *,
        row_number() over first_side as first_rank,
        row_number() over second_side as second_rank,
        weight - lead(weight) over first_side as first_lead,
        weight - lead(weight) over second_side as second_lead
    from left_over
    window
        first_side as (partition by first_group, first_platform, second_platform order by weight desc, second_group),
        second_side as (partition by second_group, second_platform, first_platform order by weight desc, first_group)

),

chosen as (

    select first_group, second_group, weight, confidence from clear
    union all
    select first_group, second_group, weight, confidence from ranked_again
    where
        first_rank = 1
        and second_rank = 1
        and weight >= {{ var('item_match_weight') }}
        and coalesce(first_lead >= {{ var('item_match_lead') }}, true)
        and coalesce(second_lead >= {{ var('item_match_lead') }}, true)

)

select * from chosen
