"""Answers of language models that remember."""
