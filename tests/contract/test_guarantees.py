"""Every promise of docs/guarantees.md names a test, and the test is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    line
    for line in (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and "**" not in line and not line.startswith("| Promise")
]


def test_there_are_promises() -> None:
    """The page has not become empty."""
    assert len(ROWS) > 40


@pytest.mark.parametrize("row", ROWS)
def test_a_promise_has_its_test(row: str) -> None:
    """The test that a row names exists under that name, and says itself what it holds."""
    named = re.search(r"`(tests/[\w/]+\.py)::(test_\w+)`", row)
    assert named, row
    tree = ast.parse((ROOT / named.group(1)).read_text(encoding="utf-8"))
    functions = {
        node.name: node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert named.group(2) in functions
    assert ast.get_docstring(functions[named.group(2)])
