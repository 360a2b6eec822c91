with

items as (

    select * from {{ source('links', 'items') }}

),

ids as (

    select
        item_key,
        unnest(external_ids) as external_id
    from items

),

counted as (

    select
        item_key,
        split_part(external_id, ' ', 1) as id_kind,
        count(*) over (partition by external_id) as items_count,
        min(item_key) over (partition by external_id) as first_key
    from ids

),

-- what very many items bear stands for no thing: a shelf, a code for "none"
believed as (

    select
        item_key,
        id_kind,
        first_key
    from counted
    where items_count between 2 and {{ var('max_items_per_external_id') }}

)

select * from believed
