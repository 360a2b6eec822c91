{{ connected_components(ref('int_identifier_edges')) }}
