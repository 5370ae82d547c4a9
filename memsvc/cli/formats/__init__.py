"""Layouts of files that hold conversations: values in, entries out."""
