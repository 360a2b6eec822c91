{#- The days of `records` (platform, event_id, event_date, loaded_at; all before the cut) that the incremental table
    `built` has to build anew: the look-back window; all days since the night built last, if nights were skipped; and
    older days of events that arrived, or arrived once more, since. So what is built depends on what has arrived and on
    the night alone, not on which nights were run before. All days where nothing is built yet. -#}
{% macro stale_days(records, built) -%}
{% if is_incremental() -%}
        select event_date from {{ records }}
        where event_date >= (
            select case
                when count(*) = 0 then date '0001-01-01' else least(max(event_date), {{ first_lookback_date() }})
            end from {{ built }}
        )
        union
        select {{ records }}.event_date
        from {{ records }}
        inner join {{ records }} as arrived
            on {{ records }}.platform = arrived.platform and {{ records }}.event_id = arrived.event_id
        where arrived.loaded_at > (select max(loaded_at) from {{ built }})
{%- else -%}
        select distinct event_date from {{ records }}
{%- endif %}
{%- endmacro %}

{#- Takes the days after the night out of an incremental table when the night goes back in time. -#}
{% macro forget_after_the_cut(built) -%}
{% if is_incremental() -%}
    delete from {{ built }} where event_date > {{ night() }}
{%- endif %}
{%- endmacro %}

{#- Adds a column that an incremental table lacks where it was made before the column was thought of. -#}
{% macro with_column(built, name, type) -%}
{% if is_incremental() -%}
    alter table {{ built }} add column if not exists {{ name }} {{ type }}
{%- endif %}
{%- endmacro %}
