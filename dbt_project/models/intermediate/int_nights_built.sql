{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='logical_date',
        full_refresh=false,
    )
}}

select {{ night() }} as logical_date
