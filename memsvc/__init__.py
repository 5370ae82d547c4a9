"""Long-term memory for AI applications: one gRPC contract, one Postgres."""
