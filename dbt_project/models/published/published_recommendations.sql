with

recommendations as (

    select * from {{ source('scored', 'recommendations') }}
    where item_rank <= {{ var('published_k') }}

),

withheld as (

    select * from {{ ref('int_platforms_withheld') }}

),

-- nobody gets a list on a platform that may not use their data
allowed as (

    select recommendations.*
    from recommendations
    left join withheld
        on recommendations.user_id = withheld.user_id and recommendations.platform = withheld.platform
    where withheld.user_id is null

),

items as (

    select * from {{ ref('dim_items') }}

),

platforms as (

    select * from {{ ref('dim_platforms') }}

),

popular as (

    select * from {{ ref('int_items_popular') }}

),

named as (

    select
        allowed.*,
        items.title as item_title,
        platforms.title as platform_title,
        popular.item_id is not null as is_popular,
        reasons.title as reason_title,
        reason_platforms.title as reason_platform_title
    from allowed
    inner join platforms on allowed.platform = platforms.platform
    left join items
        on allowed.platform = items.platform and allowed.item_id = items.item_id
    left join items as reasons
        on allowed.reason_platform = reasons.platform and allowed.reason_item_id = reasons.item_id
    left join platforms as reason_platforms on allowed.reason_platform = reason_platforms.platform
    left join popular on allowed.platform = popular.platform and allowed.item_id = popular.item_id

),

explained as (

    select
        user_id,
        platform,
        item_id,
        item_title,
        item_rank,
        score,
        probability,
        rating,
        source,
        case
            when reason_item_id is null or reason_platform_title is null
                -- that a few have taken it is not told
                then if(is_popular, 'Popular on ' || platform_title || ' now', 'Also on ' || platform_title)
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
