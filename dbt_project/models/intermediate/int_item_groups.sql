{{ connected_components(ref('int_item_id_edges')) }}
