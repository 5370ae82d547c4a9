"""What the service does: one verb a module, a frozen dataclass of its dependencies."""
