{%- set chosen = var('platforms') %}
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
        alpha,
        {% if chosen -%}
            platform in ('{{ chosen | join("', '") }}')
        {%- else -%}
            true
        {%- endif %} as is_chosen
    from platforms

)

select * from named
