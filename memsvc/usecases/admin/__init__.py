"""What keeps the service itself in order."""
