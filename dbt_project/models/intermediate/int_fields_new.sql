with

fields as (

    select * from {{ source('manifest', 'extra_fields') }}
    where kind = 'events'

),

-- a field that came with the first delivery was always there
deliveries as (

    select * from {{ ref('int_deliveries') }}
    where late_before_date is not null

),

records as (

    select distinct
        platform,
        file_id
    from {{ ref('int_records_judged') }}
    where event_date = {{ night() }}

),

shown as (

    select distinct
        fields.platform,
        {{ shown_name('fields.field') }} as field
    from fields
    inner join deliveries on fields.platform = deliveries.platform and fields.file_id = deliveries.file_id
    inner join records on fields.platform = records.platform and fields.file_id = records.file_id

),

numbered as (

    select
        platform,
        field,
        row_number() over (partition by platform order by field) as place
    from shown

),

listed as (

    select
        platform,
        count(*) as fields_count,
        string_agg(field, ', ' order by place) filter (where place <= 5) as names
    from numbered
    group by platform

),

told as (

    select
        platform,
        fields_count,
        case when fields_count > 5 then names || ' and ' || (fields_count - 5) || ' more' else names end as names
    from listed

)

select * from told
