"""A file of conversations, as entries that can be gone through more than once."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Final

from memsvc.cli.formats.entries import Defaults, Entry, Fault, reason_of
from memsvc.cli.formats.layouts import (
    DOCUMENTS_ONLY,
    Layout,
    document_entries,
    is_line,
    layout_of,
    line_entries,
)

#: The one file of an export's archive that is read.
ARCHIVED: Final = "conversations.json"
_ARCHIVE_MARK: Final = b"PK\x03\x04"
#: Some editors begin a file with it.
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
#: How many lines are looked at before a file is said not to be JSON lines.
_LINES_LOOKED_AT: Final = 20

_JSON_ERRORS: Final = (ValueError, RecursionError)
_ARCHIVE_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    # Encrypted, or packed in a way that is not known.
    RuntimeError,
)


class FileUnusable(Exception):
    """A file cannot be imported; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file in a known layout."""

    #: SHA-256 of the file.
    digest: str
    #: Reads the file, or what was loaded of it, from the beginning.
    entries: Callable[[], Iterator[Entry]]


def open_source(path: Path, layout: Layout | None, user_id: str, conversation_id: str) -> Source:
    """Return the file *path*; raise FileUnusable if nothing in it can be imported.

    *layout* None has it found out. *user_id* and *conversation_id* hold where the file names none.
    """
    try:
        digest = _digest(path)
        defaults = Defaults(digest, user_id, conversation_id)
        return Source(digest, _reader(path, layout, defaults))
    except OSError as error:
        raise _unreadable(path, error) from error


def _digest(path: Path) -> str:
    if path.exists() and not path.is_file():
        what = "a directory" if path.is_dir() else "a pipe or device, and would be read twice"
        message = f"{path} has to be a file; it is {what}."
        raise FileUnusable(message)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(path: Path, error: OSError) -> FileUnusable:
    return FileUnusable(f"{path} cannot be read: {error.strerror or error}.")


def _unknown(path: Path) -> FileUnusable:
    names = ", ".join(Layout)
    return FileUnusable(f"{path} is in none of the layouts that can be imported ({names}).")


def _reader(path: Path, layout: Layout | None, defaults: Defaults) -> Callable[[], Iterator[Entry]]:
    head = _head(path)
    if head.startswith(_ARCHIVE_MARK):
        return _document(path, _load(path, _archived(path)), layout, defaults)
    if not head:
        message = f"{path} is empty."
        raise FileUnusable(message)
    may_be_lines = not head.startswith(b"[") and layout not in DOCUMENTS_ONLY
    if may_be_lines and _begins_with_line(path):
        return lambda: _lines(path, layout, defaults)
    try:
        return _document(path, _load(path, path.read_bytes()), layout, defaults)
    except FileUnusable:
        # Lines may begin with a bad one.
        values = list(_first_values(path)) if may_be_lines else []
        if any(is_line(value) for value in values):
            return lambda: _lines(path, layout, defaults)
        if any(isinstance(value, dict) for value in values):
            raise _unknown(path) from None
        raise


def _head(path: Path) -> bytes:
    """Return the first bytes that are no space, b"" if there are none."""
    with path.open("rb") as file:
        start = file.read(4096).removeprefix(_BYTE_ORDER_MARK).lstrip()
        while not start and (more := file.read(4096)):
            start = more.lstrip()
    return start


def _begins_with_line(path: Path) -> bool:
    return any(is_line(value) for value in islice(_first_values(path), 1))


def _first_values(path: Path) -> Iterator[Any]:
    """Yield the values of the first lines, None for one that is not JSON."""
    for _, line in islice(_numbered_lines(path), _LINES_LOOKED_AT):
        try:
            yield json.loads(line)
        except _JSON_ERRORS:
            yield None


def _numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, with their numbers."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                text = line.removeprefix(_BYTE_ORDER_MARK).strip()
                if text:
                    yield number, text
    except OSError as error:
        raise _unreadable(path, error) from error


def _lines(path: Path, layout: Layout | None, defaults: Defaults) -> Iterator[Entry]:
    for number, line in _numbered_lines(path):
        try:
            value = json.loads(line)
        except _JSON_ERRORS as error:
            yield Fault(f"line {number}", f"it is not JSON: {reason_of(error)}")
        else:
            yield from line_entries(layout, number, value, defaults)


def _archived(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if PurePosixPath(n).name == ARCHIVED]
            if names:
                return archive.read(min(names, key=len))
    except _ARCHIVE_ERRORS as error:
        message = f"{path} is an archive that cannot be read: {reason_of(error)}."
        raise FileUnusable(message) from error
    message = f"{path} is an archive without a {ARCHIVED}."
    raise FileUnusable(message)


def _load(path: Path, data: bytes) -> object:
    try:
        return json.loads(data)
    except _JSON_ERRORS as error:
        message = f"{path} is not JSON: {reason_of(error)}."
        raise FileUnusable(message) from error


def _document(
    path: Path, document: object, layout: Layout | None, defaults: Defaults
) -> Callable[[], Iterator[Entry]]:
    found = layout or layout_of(document)
    if document == []:
        message = f"{path} holds an empty list."
        raise FileUnusable(message)
    if found is None or not isinstance(document, list | dict):
        raise _unknown(path)
    return lambda: document_entries(found, document, defaults)
