"""Verbs that talk to a running server over the wire, as any other client does."""
