{#- Takes out of an incremental table the persons who have no row in `histories`: merged, erased, or without a history yet
    on a night that goes back in time. -#}
{% macro forget_persons_without(built, histories) -%}
{% if is_incremental() -%}
    delete from {{ built }} where user_id not in (select user_id from {{ histories }})
{%- endif %}
{%- endmacro %}
