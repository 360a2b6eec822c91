with

counted as (

    select * from {{ ref('int_files_counted') }}

),

platforms as (

    select * from {{ ref('platforms') }}

),

-- the same content may have been delivered again
manifest as (

    select
        platform,
        file_id,
        min(loaded_at) as loaded_at,
        min(modified_at) as modified_at
    from {{ source('manifest', 'files') }}
    where kind = 'events'
    group by platform, file_id

),

files as (

    select
        counted.platform,
        counted.file_id,
        counted.newest_event_at,
        manifest.loaded_at,
        coalesce(manifest.modified_at, manifest.loaded_at) as modified_at
    from counted
    inner join manifest on counted.platform = manifest.platform and counted.file_id = manifest.file_id

),

preceded as (

    select
        *,
        lag(loaded_at) over (order by loaded_at, platform, file_id) as previous_loaded_at
    from files

),

-- a file that was written after the one before it was loaded begins a delivery: what lay there together came together
numbered as (

    select
        *,
        sum(case when modified_at > previous_loaded_at then 1 else 0 end) over (
            order by loaded_at, platform, file_id rows unbounded preceding
        ) as delivery
    from preceded

),

platforms_reached as (

    select
        platform,
        delivery,
        max(max(newest_event_at)) over (
            partition by platform order by delivery rows between unbounded preceding and 1 preceding
        ) as newest_before_at
    from numbered
    group by platform, delivery

),

nights_reached as (

    select
        delivery,
        max(max(newest_event_at)) over (order by delivery rows unbounded preceding) as newest_at
    from numbered
    group by delivery

),

delivered as (

    select
        numbered.platform,
        numbered.file_id,
        cast(nights_reached.newest_at as date) as delivered_date,
        cast(platforms_reached.newest_before_at as date)
        - cast(platforms.lateness_days as integer) as late_before_date
    from numbered
    inner join platforms on numbered.platform = platforms.platform
    inner join nights_reached on numbered.delivery = nights_reached.delivery
    inner join platforms_reached
        on numbered.platform = platforms_reached.platform and numbered.delivery = platforms_reached.delivery

)

select * from delivered
