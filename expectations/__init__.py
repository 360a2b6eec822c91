"""Judges the facts of a night: one named expectation for each business rule, one suite for each table of facts."""
