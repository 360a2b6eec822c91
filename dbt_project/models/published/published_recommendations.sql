with

recommendations as (

    select * from {{ source('scored', 'recommendations') }}
    where item_rank <= {{ var('published_k') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

platforms as (

    select * from {{ ref('dim_platforms') }}

),

named as (

    select
        recommendations.*,
        items.title as item_title,
        platforms.title as platform_title,
        reasons.title as reason_title,
        reason_platforms.title as reason_platform_title
    from recommendations
    inner join platforms on recommendations.platform = platforms.platform
    left join items
        on recommendations.platform = items.platform and recommendations.item_id = items.item_id
    left join items as reasons
        on recommendations.reason_platform = reasons.platform and recommendations.reason_item_id = reasons.item_id
    left join platforms as reason_platforms on recommendations.reason_platform = reason_platforms.platform

),

explained as (

    select
        user_id,
        platform,
        item_id,
        item_title,
        item_rank,
        score,
        cast(null as double) as probability,
        source,
        case
            when reason_item_id is null or reason_platform_title is null then 'Popular on ' || platform_title || ' now'
            when reason_title is null then 'Because you took an item on ' || reason_platform_title
            else 'Because you took “' || reason_title || '” on ' || reason_platform_title
        end as reason_text,
        reason_item_id,
        reason_platform,
        false as is_exploration,
        is_fallback,
        run_id,
        '{{ var("recommender_version") }}' as recommender_version,
        {{ night() }} as logical_date
    from named

)

select * from explained
