"""Long-term memory for AI applications: one gRPC contract, one Postgres."""

import os

# What gRPC does at a fork crashes the child about once in a hundred times if other threads are calling
# just then. Our children are other programs, and use none of its channels.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # ruff: ignore[non-empty-init-module] - gRPC reads it when it is loaded, and nothing of ours is loaded earlier
