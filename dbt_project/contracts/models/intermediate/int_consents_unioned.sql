-- written by crossrec platform sync; edit the contracts and run it again
with

no_consents as (

    select
        cast(null as varchar) as platform,
        cast(null as varchar) as account_id,
        cast(null as varchar) as other_platform,
        cast(null as boolean) as is_allowed,
        cast(null as timestamp) as decided_at,
        cast(null as varchar) as file_id,
        cast(null as bigint) as line,
        cast(null as timestamp) as loaded_at
    where false

),

unioned as (

    select * from no_consents

)

select * from unioned
