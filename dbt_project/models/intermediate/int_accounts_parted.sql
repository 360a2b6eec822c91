{{ groups_without_pairs(ref('int_links_ranked'), ref('int_pairs_parted')) }}
