"""Postgres: the only place that knows the driver and SQL."""
