"""Check the limits of size that ruff does not know: lines of a function and of a file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDERS: Final = ("memsvc", "clients/python/src", "tools", "bench", "examples")
GENERATED: Final = {"v1", "_pb"}
FUNCTION_LINES_MAX: Final = 60
FILE_LINES_MAX: Final = 400


def faults(path: Path) -> Iterator[str]:
    """Yield what is too long in the file *path*."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT)
    if (lines := text.count("\n")) > FILE_LINES_MAX:
        yield f"{name}: {lines} lines, {FILE_LINES_MAX} at most"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield f"{name}:{node.lineno}: {node.name}: {length} lines, {FUNCTION_LINES_MAX} at most"


def main() -> int:
    """Print what is too long; return the exit status."""
    paths = (p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*.py")))
    found = [
        fault
        for path in paths
        if not GENERATED & set(path.relative_to(ROOT).parts)
        for fault in faults(path)
    ]
    print("\n".join(found) or "sizes are within their limits")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
