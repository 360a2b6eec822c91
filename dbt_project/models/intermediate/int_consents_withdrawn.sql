with

consents as (

    select * from {{ ref('int_consents_unioned') }}
    where decided_at is null or decided_at < {{ cut() }}

),

platforms as (

    select * from {{ ref('platforms') }}

),

-- a platform that nobody knows by this name may be any: a refusal then holds for all
meant as (

    select
        consents.*,
        consents.other_platform is null
        or (known.platform is null and consents.is_allowed is not true) as is_for_all
    from consents
    left join platforms as known on consents.other_platform = known.platform

),

covered as (

    select
        meant.platform,
        meant.account_id,
        platforms.platform as other_platform,
        meant.is_allowed,
        row_number() over (
            partition by meant.platform, meant.account_id, platforms.platform
            order by
                meant.decided_at desc nulls last,
                meant.is_allowed asc,
                meant.loaded_at desc,
                meant.line desc,
                meant.file_id desc
        ) as newness
    from meant
    inner join platforms
        on
            meant.platform <> platforms.platform
            and (meant.is_for_all or meant.other_platform = platforms.platform)

),

withdrawn as (

    select
        platform,
        account_id,
        other_platform
    from covered
    where newness = 1 and is_allowed is not true

)

select * from withdrawn
