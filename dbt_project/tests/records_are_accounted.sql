{{ config(severity='error') }}

-- Whatever was delivered was accepted, rejected or skipped (loaded before, or of an erased account); and what
-- the manifest counts is there.
-- A row is something that does not add up. All tables are counted, and one by one the files of the last two days.
with

files as (

    select * from {{ source('manifest', 'files') }}

),

rejects as (

    select * from {{ source('manifest', 'rejects') }}

),

lately as (

    select max(loaded_at) - interval '2' day as since
    from files

),

totals as (

    {{ raw_totals() }}

),

totals_by_file as (

    {{ raw_totals_by_file('select since from lately') }}

),

lines_that_differ as (

    select
        platform,
        kind,
        file_id,
        'records of the file' as what,
        records_count as counted,
        rows_count + rejects_count + skipped_count as found
    from files
    where coalesce(records_count <> rows_count + rejects_count + skipped_count, true)

),

files_counted as (

    select
        platform,
        kind,
        sum(rows_count) as rows_count,
        sum(rejects_count) as rejects_count
    from files
    group by platform, kind

),

rejects_counted as (

    select
        platform,
        kind,
        sum(records_count) as rejects_count
    from rejects
    group by platform, kind

),

tables_that_differ as (

    select
        files_counted.platform,
        files_counted.kind,
        cast(null as varchar) as file_id,
        'accepted records of the table' as what,
        files_counted.rows_count as counted,
        totals.rows_count as found
    from files_counted
    inner join totals on files_counted.platform = totals.platform and files_counted.kind = totals.kind
    where files_counted.rows_count <> totals.rows_count

),

quarantines_that_differ as (

    select
        files_counted.platform,
        files_counted.kind,
        cast(null as varchar) as file_id,
        'rejected records of the kind' as what,
        files_counted.rejects_count as counted,
        coalesce(rejects_counted.rejects_count, 0) as found
    from files_counted
    left join rejects_counted
        on files_counted.platform = rejects_counted.platform and files_counted.kind = rejects_counted.kind
    where files_counted.rejects_count <> coalesce(rejects_counted.rejects_count, 0)

),

late_files as (

    select
        files.platform,
        files.kind,
        files.file_id,
        sum(files.rows_count) as rows_count,
        sum(files.rejects_count) as rejects_count
    from files
    cross join lately
    group by files.platform, files.kind, files.file_id, lately.since
    having min(files.loaded_at) >= lately.since

),

late_rejects as (

    select
        rejects.platform,
        rejects.kind,
        rejects.file_id,
        sum(rejects.records_count) as rejects_count
    from rejects
    group by rejects.platform, rejects.kind, rejects.file_id

),

files_that_differ as (

    select
        late_files.platform,
        late_files.kind,
        late_files.file_id,
        'accepted and rejected records of the file' as what,
        late_files.rows_count + late_files.rejects_count as counted,
        coalesce(totals_by_file.rows_count, 0) + coalesce(late_rejects.rejects_count, 0) as found
    from late_files
    inner join totals on late_files.platform = totals.platform and late_files.kind = totals.kind
    left join totals_by_file
        on
            late_files.platform = totals_by_file.platform
            and late_files.kind = totals_by_file.kind
            and late_files.file_id = totals_by_file.file_id
    left join late_rejects
        on
            late_files.platform = late_rejects.platform
            and late_files.kind = late_rejects.kind
            and late_files.file_id = late_rejects.file_id
    where
        late_files.rows_count <> coalesce(totals_by_file.rows_count, 0)
        or late_files.rejects_count <> coalesce(late_rejects.rejects_count, 0)

),

differing as (

    select * from lines_that_differ
    union all
    select * from tables_that_differ
    union all
    select * from quarantines_that_differ
    union all
    select * from files_that_differ

)

select * from differing
