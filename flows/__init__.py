"""Drives the night: the stages, the flows made of them, and the only code that knows DuckDB, Prefect and paths."""
