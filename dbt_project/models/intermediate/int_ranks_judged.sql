with

recommendations as (

    select * from {{ source('scored', 'recommendations') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

consumed as (

    select * from {{ ref('int_items_consumed') }}

),

consumed_elsewhere as (

    select * from {{ ref('int_items_consumed_elsewhere') }}

),

judged as (

    select
        recommendations.user_id,
        recommendations.platform,
        recommendations.item_id,
        recommendations.item_rank,
        recommendations.is_fallback,
        recommendations.item_rank <= {{ var('published_k') }} as is_published,
        items.item_id is null as is_unknown_item,
        coalesce(not items.is_available, false) as is_unavailable_item,
        consumed.item_id is not null or elsewhere.item_id is not null as is_consumed_item,
        recommendations.score is null or isnan(recommendations.score) as is_null_score
    from recommendations
    left join items
        on recommendations.platform = items.platform and recommendations.item_id = items.item_id
    left join consumed
        on
            recommendations.user_id = consumed.user_id
            and recommendations.platform = consumed.platform
            and recommendations.item_id = consumed.item_id
    left join consumed_elsewhere as elsewhere
        on
            recommendations.user_id = elsewhere.user_id
            and recommendations.platform = elsewhere.platform
            and recommendations.item_id = elsewhere.item_id

)

select * from judged
