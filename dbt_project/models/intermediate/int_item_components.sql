{{ connected_components(ref('int_item_pair_edges')) }}
