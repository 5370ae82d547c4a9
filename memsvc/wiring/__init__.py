"""The composition root: everything is built here, and undone in reverse."""
