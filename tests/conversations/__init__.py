"""Conversations, their messages and projects, as callers see them."""
