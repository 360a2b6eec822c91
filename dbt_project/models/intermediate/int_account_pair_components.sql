{{ connected_components(ref('int_account_pair_edges')) }}
