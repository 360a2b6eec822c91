{{ connected_components(ref('int_account_edges')) }}
