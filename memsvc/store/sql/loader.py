"""The statements, one a file, loaded once. A line `-- include NAME` stands for NAME.sql's text."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import LiteralString, cast

_INCLUDE = re.compile(r"^ *-- include (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


@cache
def statement(name: str) -> LiteralString:
    """Return the statement *name* with its includes.

    The files are part of the package: no text from outside gets in, hence the cast.
    """
    text = _INCLUDE.sub(lambda match: _text(match.group(1)), _text(name))
    return cast("LiteralString", _COMMENT.sub("", text).strip())  # type: ignore[redundant-cast]


def names() -> list[str]:
    """Return the names of all statements; parts that are only included start with "part_"."""
    files = (entry.name for entry in resources.files(__package__).iterdir())
    return sorted(
        name.removesuffix(".sql")
        for name in files
        if name.endswith(".sql") and not name.startswith("part_")
    )
