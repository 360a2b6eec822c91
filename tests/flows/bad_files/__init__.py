"""Files that platforms deliver on bad days: what stands in each, and what has to come of it."""
