with

event_types as (

    select distinct event_type from {{ ref('event_types') }}

),

numbered as (

    select
        cast(row_number() over (order by event_type) - 1 as integer) as event_type_index,
        event_type
    from event_types

)

select * from numbered
