with

staged as (

    {{ staging_totals() }}

),

unioned as (

    select platform, 'events' as kind, count(*) as rows_count
    from {{ ref('int_events_unioned') }}
    group by platform
    union all
    select platform, 'items' as kind, count(*) as rows_count
    from {{ ref('int_items_unioned') }}
    group by platform
    union all
    select platform, 'accounts' as kind, count(*) as rows_count
    from {{ ref('int_accounts_unioned') }}
    group by platform
    union all
    select platform, 'links' as kind, count(*) as rows_count
    from {{ ref('int_links_unioned') }}
    group by platform
    union all
    select platform, 'consents' as kind, count(*) as rows_count
    from {{ ref('int_consents_unioned') }}
    group by platform

),

compared as (

    select
        coalesce(staged.platform, unioned.platform) as platform,
        coalesce(staged.kind, unioned.kind) as kind,
        coalesce(staged.rows_count, 0) as staged_count,
        coalesce(unioned.rows_count, 0) as unioned_count
    from staged
    full outer join unioned on staged.platform = unioned.platform and staged.kind = unioned.kind

)

select * from compared
