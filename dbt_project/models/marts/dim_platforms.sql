with

platforms as (

    select * from {{ ref('platforms') }}

),

named as (

    select
        platform,
        title,
        time_zone,
        lateness_days,
        consumed_may_return,
        alpha
    from platforms
    {% if var('platforms') -%}
        where platform in ('{{ var("platforms") | join("', '") }}')
    {%- endif %}

)

select * from named
