with

items as (

    select * from {{ ref('int_items_unioned') }}

),

-- the same content may have been delivered again, under a later name
files as (

    select
        platform,
        file_id,
        max(path) as path
    from {{ source('manifest', 'files') }}
    where kind = 'items' and {{ arrived() }}
    group by platform, file_id

),

known as (

    select
        items.*,
        -- by path before time of loading: the same files give the same item in whatever portions they arrived
        row_number() over (
            partition by items.platform, items.item_id
            order by files.path desc, items.loaded_at desc, items.line desc, items.file_id desc
        ) as newness
    from items
    left join files on items.platform = files.platform and items.file_id = files.file_id
    where items.available_from is null or items.available_from < {{ cut() }}

),

newest as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        series,
        released_year,
        gtin,
        isbn,
        imdb,
        isrc,
        available_from,
        available_until
    from known
    where newness = 1

)

select * from newest
