-- written by crossrec platform sync; edit the contracts and run it again
with

no_links as (

    select
        cast(null as varchar) as platform,
        cast(null as varchar) as account_id,
        cast(null as varchar) as linked_account_id,
        cast(null as varchar) as link_type,
        cast(null as timestamp) as linked_at,
        cast(null as varchar) as file_id,
        cast(null as bigint) as line,
        cast(null as timestamp) as loaded_at
    where false

),

unioned as (

    select * from no_links

)

select * from unioned
