"""The statements, one a file."""
