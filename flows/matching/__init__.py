"""One thing on several platforms: what its listings have in common, and how much that says."""
