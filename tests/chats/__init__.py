"""Chats: a real server, a real database, scripted language models."""
