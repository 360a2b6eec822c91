with

platforms as (

    select * from {{ ref('dim_platforms') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

withdrawn as (

    select * from {{ ref('int_consents_withdrawn') }}

),

sequences as (

    select * from {{ ref('training_sequences') }}

),

refused as (

    select
        withdrawn.platform,
        withdrawn.account_id,
        withdrawn.other_platform,
        accounts.user_id
    from withdrawn
    inner join accounts
        on withdrawn.platform = accounts.platform and withdrawn.account_id = accounts.account_id

),

counted as (

    select
        platform,
        count(distinct account_id) as withholding_accounts_count
    from refused
    group by platform

),

-- what a platform may not use, in one sequence with what happened there
mixed as (

    select
        refused.platform,
        count(*) as mixed_rows_count
    from sequences
    inner join refused
        on sequences.user_id = refused.user_id and sequences.platform = refused.other_platform
    group by refused.platform

),

facts as (

    select
        platforms.platform,
        {{ night() }} as logical_date,
        coalesce(counted.withholding_accounts_count, 0) as withholding_accounts_count,
        coalesce(mixed.mixed_rows_count, 0) as mixed_rows_count
    from platforms
    left join counted on platforms.platform = counted.platform
    left join mixed on platforms.platform = mixed.platform

)

select * from facts
