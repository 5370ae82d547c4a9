"""Who calls, and what callers are given to prove it."""
