with

accounts as (

    select * from {{ ref('dim_accounts') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

identifiers as (

    select * from {{ ref('int_identifiers_counted') }}
    where accounts_count > {{ var('max_accounts_per_identifier') }}

),

links_cut as (

    select * from {{ ref('links_cut') }}

),

refused as (

    select
        count(distinct identifier || ' ' || first_key) as identifiers_count,
        count(distinct account_key) as accounts_count
    from identifiers

),

cut as (

    select
        count(distinct component_key) filter (where cut_reason = 'too many accounts') as split_groups_count,
        count(*) filter (where cut_reason = 'too many accounts') as links_count,
        count(*) filter (where cut_reason = 'kept apart') as kept_apart_links_count
    from links_cut

),

stock as (

    select count(*) as accounts_count
    from accounts

),

largest as (

    select coalesce(max(accounts_count), 0) as accounts_count
    from users

),

facts as (

    select
        {{ night() }} as logical_date,
        refused.identifiers_count as refused_identifiers_count,
        refused.accounts_count as refused_accounts_count,
        refused.accounts_count * 1.0 / nullif(stock.accounts_count, 0) as refused_account_share,
        cut.split_groups_count,
        cut.links_count as cut_links_count,
        cut.kept_apart_links_count,
        largest.accounts_count as largest_person_accounts_count
    from refused
    cross join cut
    cross join stock
    cross join largest

)

select * from facts
