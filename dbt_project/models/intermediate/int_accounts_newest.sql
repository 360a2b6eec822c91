with

accounts as (

    select * from {{ ref('int_accounts_unioned') }}

),

-- the same content may have been delivered again, under a later name
files as (

    select
        platform,
        file_id,
        max(path) as path
    from {{ source('manifest', 'files') }}
    where kind = 'accounts' and {{ arrived() }}
    group by platform, file_id

),

known as (

    select
        accounts.*,
        row_number() over (
            partition by accounts.platform, accounts.account_id
            order by files.path desc, accounts.loaded_at desc, accounts.line desc, accounts.file_id desc
        ) as newness
    from accounts
    left join files on accounts.platform = files.platform and accounts.file_id = files.file_id
    where accounts.created_at is null or accounts.created_at < {{ cut() }}

),

newest as (

    select
        platform,
        account_id,
        platform || ':' || account_id as account_key,
        created_at,
        language,
        country,
        email_token,
        phone_token,
        login_token,
        device_token,
        further_tokens
    from known
    where newness = 1

)

select * from newest
