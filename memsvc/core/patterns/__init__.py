"""Patterns of plain English in which users state facts about themselves."""
