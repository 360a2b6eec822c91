{{ connected_components(ref('int_large_component_edges')) }}
