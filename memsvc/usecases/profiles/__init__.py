"""How users want to be answered, and who they are."""
