{#- The first day that the incremental table `built` (event_date) has to build anew: of the look-back window or, if nights
    were skipped, the night built last; the first of all where nothing is built yet. So what is built depends on what has
    arrived and on the night alone, not on which nights were run before. -#}
{% macro first_stale_date(built) -%}
({{ answers(
    "select case when count(*) = 0 then date '0001-01-01' else least(max(event_date), " ~ first_lookback_date()
    ~ ") end from " ~ built, 'date'
) }})
{%- endmacro %}

{#- The same for an incremental table of firsts (`first_at`, and `loaded_until`, the newest time of loading that was known):
    of the look-back window, of what it knows last, or of what arrived since. Firsts of earlier days stand. -#}
{% macro first_changed_date(built) -%}
({{ answers(
    "select case when count(*) = 0 then date '0001-01-01' else greatest(" ~ first_kept_date()
    ~ ", least(cast(max(first_at) as date), "
    ~ first_lookback_date() ~ ", (select coalesce(min(event_date), date '9999-12-31') from "
    ~ ref('int_interaction_days') ~ " where loaded_at > (select max(loaded_until) from " ~ built ~ ")))) end from "
    ~ built, 'date'
) }})
{%- endmacro %}

{#- When the newest record was loaded from which the incremental table `built` was made. -#}
{% macro newest_load(built) -%}
({{ answers("select max(loaded_at) from " ~ built, 'timestamp') }})
{%- endmacro %}

{#- Takes what is built anew out of an incremental table: all from a day on. -#}
{% macro forget_from(built, first_date, column='event_date') -%}
{% if is_incremental() -%}
    delete from {{ built }} where {{ column }} >= {{ first_date }}
{%- endif %}
{%- endmacro %}

{#- Adds a column that an incremental table lacks where it was made before the column was thought of. -#}
{% macro with_column(built, name, type) -%}
{% if is_incremental() -%}
    alter table {{ built }} add column if not exists {{ name }} {{ type }}
{%- endif %}
{%- endmacro %}
