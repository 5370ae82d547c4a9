"""What is done with conversations and their messages."""
