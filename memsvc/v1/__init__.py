"""Generated from proto/memsvc/v1 by tools/generate_stubs.py; do not edit."""
