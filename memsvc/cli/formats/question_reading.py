"""A file of labelled queries, or standard input, as questions that are judged one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import typer

from memsvc.cli.formats.entries import Fault, reason_of
from memsvc.cli.formats.labelled import Labelled, question_of
from memsvc.cli.formats.layouts import Layout, layout_of
from memsvc.cli.formats.locomo_questions import locomo_questions
from memsvc.cli.formats.reading import FileUnusable

#: Stands for standard input.
STANDARD_INPUT: Final = Path("-")
#: Some editors begin a file with it.
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_JSON_ERRORS: Final = (ValueError, RecursionError)


def name_of(path: Path) -> str:
    """Return what to call *path* to a person."""
    return "standard input" if path == STANDARD_INPUT else str(path)


def read_questions(path: Path, user_id: str) -> list[Labelled]:
    """Return what *path* holds, in order; raise FileUnusable if it cannot be read.

    It holds a labelled query a line, or a list of them, or LoCoMo's samples. *user_id* holds where
    a query names nobody.
    """
    data = _data_of(path).removeprefix(_BYTE_ORDER_MARK)
    try:
        document = json.loads(data)
    except _JSON_ERRORS:
        return list(_lines(data, user_id))
    if layout_of(document) is Layout.LOCOMO:
        return list(locomo_questions(document))
    if isinstance(document, list):
        numbered = enumerate(document, 1)
        return [question_of(f"query {number}", value, user_id) for number, value in numbered]
    return list(_lines(data, user_id))


def _data_of(path: Path) -> bytes:
    try:
        if path == STANDARD_INPUT:
            return typer.get_binary_stream("stdin").read()
        return path.read_bytes()
    except OSError as error:
        message = f"{name_of(path)} cannot be read: {error.strerror or error}."
        raise FileUnusable(message) from error


def _lines(data: bytes, user_id: str) -> Iterator[Labelled]:
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        place = f"line {number}"
        try:
            value = json.loads(line)
        except _JSON_ERRORS as error:
            yield Fault(place, f"it is not JSON: {reason_of(error)}")
        else:
            yield question_of(place, value, user_id)
