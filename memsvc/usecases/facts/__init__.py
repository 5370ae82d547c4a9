"""How messages become facts, and how facts stay right."""
