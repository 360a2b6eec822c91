"""A made-up world of people, items and five platforms, of which the truth is known."""
