{#- Each value that is known lies between `least` and `greatest`, both allowed. -#}
{% test within_range(model, column_name, least, greatest) %}

select {{ column_name }}
from {{ model }}
where {{ column_name }} < {{ least }} or {{ column_name }} > {{ greatest }}

{% endtest %}
