"""What is done with memories: one verb a module."""
