{#- An incremental strategy, for events of which the target holds no others than of days before those that are built anew.
    An event that is patched into those days takes the place of what stands there of it, on the same day or a later one.
    On most nights there is none, and then no event of the target is read to look for it. -#}
{% macro get_incremental_patch_sql(arguments) -%}
    {%- set target, changes = arguments['target_relation'], arguments['temp_relation'] -%}
    {%- set columns = get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) -%}
    delete from {{ target }} as built
    using (
        select platform, event_id from {{ changes }}
        where event_at <= (select max(event_at) from {{ target }})
    ) as patches
    where built.platform = patches.platform and built.event_id = patches.event_id;

    insert into {{ target }} ({{ columns }}) (select {{ columns }} from {{ changes }})
{%- endmacro %}
