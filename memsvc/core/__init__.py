"""Values and pure functions: no clock, no input or output, no randomness."""
