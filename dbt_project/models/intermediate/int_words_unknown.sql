with

records as (

    select * from {{ ref('int_records_judged') }}
    where is_unknown_event_type and event_date = {{ night() }}

),

shown as (

    select
        platform,
        {{ shown_name('event_word') }} as word
    from records

),

words as (

    select
        platform,
        word,
        count(*) as events_count,
        row_number() over (partition by platform order by count(*) desc, word) as place
    from shown
    group by platform, word

),

listed as (

    select
        platform,
        sum(events_count) as events_count,
        string_agg(word || ' (' || events_count || ')', ', ' order by place) filter (where place <= 5) as names,
        count(*) - 5 as more_count
    from words
    group by platform

),

told as (

    select
        platform,
        events_count,
        case when more_count > 0 then names || ' and ' || more_count || ' more' else names end as names
    from listed

)

select * from told
