"""How long memories are kept: policy and rules, runs, and the archive."""
