-- the view is there before this night's tables are, for the stage that compares accounts
select * from {{ ref('int_accounts_newest') }}
