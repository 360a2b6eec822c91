with

ranks as (

    select * from {{ ref('int_ranks_judged') }}

),

expected as (

    select * from {{ ref('int_lists_expected') }}

),

lists as (

    select
        user_id,
        platform,
        count(*) as rows_count,
        count(*) filter (where is_published) as published_count,
        min(item_rank) <> 1 or max(item_rank) <> count(*) or count(distinct item_rank) <> count(*) as has_rank_gap,
        count(*) - count(distinct item_id) as repeated_item_count,
        count(*) filter (where is_consumed_item) as consumed_count,
        count(*) filter (where is_unknown_item) as unknown_item_count,
        count(*) filter (where is_unavailable_item) as unavailable_item_count,
        count(*) filter (where is_null_score) as null_score_count,
        bool_or(is_fallback) as is_fallback
    from ranks
    group by user_id, platform

),

compared as (

    select
        coalesce(expected.platform, lists.platform) as platform,
        coalesce(expected.user_id, lists.user_id) as user_id,
        lists.user_id is not null as has_list,
        lists.user_id is null and expected.expected_count > 0 as is_missing,
        coalesce(lists.published_count < expected.expected_count, false) as is_short,
        coalesce(lists.has_rank_gap, false) as has_rank_gap,
        coalesce(lists.repeated_item_count, 0) as repeated_item_count,
        coalesce(lists.consumed_count, 0) as consumed_count,
        coalesce(lists.unknown_item_count, 0) as unknown_item_count,
        coalesce(lists.unavailable_item_count, 0) as unavailable_item_count,
        coalesce(lists.null_score_count, 0) as null_score_count,
        lists.is_fallback
    from expected
    full outer join lists on expected.user_id = lists.user_id and expected.platform = lists.platform

)

select * from compared
