{#- The condition holds in every row; a row in which it is unknown fails too. -#}
{% test always_true(model, condition) %}

select *
from {{ model }}
where not coalesce({{ condition }}, false)

{% endtest %}
