with

items as (

    select * from {{ source('raw', 'news_items') }}

),

renamed as (

    select
        'news' as platform,
        article as item_id,
        headline as title,
        teaser_text as description,
        section as category,
        author as creator,
        cast(null as double) as price,
        language,
        cast(null as varchar) as series,
        cast(null as varchar) as released_year,
        cast(null as varchar) as gtin,
        cast(null as varchar) as isbn,
        cast(null as varchar) as imdb,
        cast(null as varchar) as isrc,
        published_ts as available_from,
        withdrawn_ts as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
