{#- Takes out of an incremental table the persons that are no longer among `users`: merged, erased, not yet known. -#}
{% macro forget_gone_persons(built, users) -%}
{% if is_incremental() -%}
    delete from {{ built }} where user_id not in (select user_id from {{ users }})
{%- endif %}
{%- endmacro %}
