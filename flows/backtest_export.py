"""Exports all of history once, so that past nights are learned and judged from it; what each may know, the child cuts.

Persons and items are those that are known now.
"""

from flows.train import EXPORTS

BELIEVED = """
    select interactions.*, accounts.user_id
    from marts.fct_interactions as interactions
    inner join marts.dim_accounts as accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    where accounts.is_suspect is not true
"""

HISTORY = {
    **EXPORTS,
    "items": """
        select
            items.item_index, items.platform_index, items.item_id, items.is_available,
            items.relative_index, embeddings.embedding,
            epoch(catalogue.available_from)::double as available_from,
            epoch(catalogue.available_until)::double as available_until
        from training.items as items
        inner join marts.dim_items as catalogue
            on items.platform = catalogue.platform and items.item_id = catalogue.item_id
        left join features.text_embeddings as embeddings
            on items.text_hash = embeddings.text_hash and embeddings.encoder = $encoder
        order by items.item_index""",
    "events": f"""
        with believed as ({BELIEVED})
        select
            users.user_index, items.item_index, items.platform_index, event_types.event_type_index,
            epoch(believed.event_at)::bigint as event_at, believed.is_positive
        from believed
        inner join training.users as users on believed.user_id = users.user_id
        inner join training.items as items on believed.platform = items.platform and believed.item_id = items.item_id
        inner join training.event_types as event_types on believed.event_type = event_types.event_type
        where not believed.is_impression
        order by users.user_index, believed.event_at, md5(believed.platform || ':' || believed.event_id)""",
    "item_days": f"""
        with believed as ({BELIEVED})
        select
            items.item_index, (believed.event_date - date '1970-01-01')::integer as day,
            count(*)::integer as positives_count
        from believed
        inner join training.items as items on believed.platform = items.platform and believed.item_id = items.item_id
        where believed.is_positive
        group by items.item_index, believed.event_date
        order by items.item_index, day""",
}
