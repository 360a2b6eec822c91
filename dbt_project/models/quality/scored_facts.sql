with

platforms as (

    select * from {{ ref('dim_platforms') }}
    where is_chosen is not false

),

users as (

    select count(*) as persons_count from {{ ref('dim_users') }}

),

shown as (

    select * from {{ ref('int_items_shown') }}

),

lists as (

    select * from {{ ref('int_lists_judged') }}

),

summed as (

    select
        platform,
        count(*) filter (where has_list) as lists_count,
        count(*) filter (where is_missing) as missing_lists_count,
        count(*) filter (where is_short) as short_lists_count,
        count(*) filter (where has_rank_gap) as rank_gap_count,
        cast(sum(consumed_count) as bigint) as consumed_count,
        cast(sum(unknown_item_count) as bigint) as unknown_item_count,
        cast(sum(unavailable_item_count) as bigint) as unavailable_item_count,
        cast(sum(repeated_item_count) as bigint) as repeated_item_count,
        cast(sum(null_score_count) as bigint) as null_score_count,
        avg(case when is_fallback then 1.0 when not is_fallback then 0.0 end) as fallback_share
    from lists
    group by platform

),

facts as (

    select
        platforms.platform,
        {{ night() }} as logical_date,
        users.persons_count,
        coalesce(summed.lists_count, 0) as lists_count,
        coalesce(summed.missing_lists_count, 0) as missing_lists_count,
        coalesce(summed.short_lists_count, 0) as short_lists_count,
        coalesce(summed.rank_gap_count, 0) as rank_gap_count,
        coalesce(summed.consumed_count, 0) as consumed_count,
        coalesce(summed.unknown_item_count, 0) as unknown_item_count,
        coalesce(summed.unavailable_item_count, 0) as unavailable_item_count,
        coalesce(summed.repeated_item_count, 0) as repeated_item_count,
        coalesce(summed.null_score_count, 0) as null_score_count,
        cast(shown.shown_items_count * 1.0 / nullif(shown.available_items_count, 0) as double) as coverage_share,
        cast(shown.most_persons_count * 1.0 / nullif(users.persons_count, 0) as double) as top_item_share,
        summed.fallback_share
    from platforms
    cross join users
    left join summed on platforms.platform = summed.platform
    left join shown on platforms.platform = shown.platform

)

select * from facts
