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
#: Sources of clients in other languages, of which the lines of files are counted; what is generated, or
#: brought by a package manager, and does not count.
SUFFIXES: Final = {".go", ".ts", ".java", ".rs"}
FOREIGN: Final = {"node_modules", "build", "dist", "target", "gen", "memsvcv1", "contract.go"}
FUNCTION_LINES_MAX: Final = 60
FILE_LINES_MAX: Final = 400


def faults(path: Path) -> Iterator[str]:
    """Yield what is too long in the file *path*."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT)
    if (lines := text.count("\n")) > FILE_LINES_MAX:
        yield f"{name}: {lines} lines, {FILE_LINES_MAX} at most"
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield f"{name}:{node.lineno}: {node.name}: {length} lines, {FUNCTION_LINES_MAX} at most"


def main() -> int:
    """Print what is too long; return the exit status."""
    ours = (p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py"))
    clients = (p for p in (ROOT / "clients").rglob("*") if p.suffix in SUFFIXES)
    paths = [
        *(path for path in ours if not GENERATED & set(path.relative_to(ROOT).parts)),
        *(path for path in clients if not FOREIGN & set(path.relative_to(ROOT).parts)),
    ]
    found = [fault for path in sorted(paths) for fault in faults(path)]
    print("\n".join(found) or "sizes are within their limits")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
