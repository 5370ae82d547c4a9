"""Files: lines, documents and archives, and what is said of files that are none of them."""

from __future__ import annotations

import json
import os
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest

from memsvc.cli.formats.entries import Entry, Fault, Said
from memsvc.cli.formats.layouts import Layout
from memsvc.cli.formats.reading import FileUnusable, open_source
from tests.cli import samples


def _read(path: Path, layout: Layout | None = None) -> list[Entry]:
    return list(open_source(path, layout, "ana", "").entries())


def _contents(entries: list[Entry]) -> list[str]:
    return [entry.message.content for entry in entries if isinstance(entry, Said)]


def _file(folder: Path, content: str | bytes) -> Path:
    path = folder / "talk"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "text",
    [
        '{"content": "a"}\n{"content": "b"}\n',
        '\ufeff{"content": "a"}\r\n\r\n{"content": "b"}',
        '{"messages": [{"role": "user", "content": "a"}]}\n{"content": "b"}',
        '{"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}',
        '{\n"messages": [\n{"role": "user", "content": "a"},\n{"role": "user", "content": "b"}\n]}',
        '[{"role": "user", "content": "a"}, {"content": "b", "role": "user"}]',
        '\n [{"content": "a", "user_id": "x"},\n {"content": "b"}]',
        '{"content": "a\u2028"}\n{"content": "b"}',
    ],
)
def test_lines_and_documents_are_told_apart(tmp_path: Path, text: str) -> None:
    """One object a line, and one document however it is broken into lines, give their messages."""
    assert [content.strip() for content in _contents(_read(_file(tmp_path, text)))] == ["a", "b"]


def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    """A line that is no JSON, even the first one or not UTF-8, is a fault with its number."""
    lines = [b"# notes", b'{"content": "a"}', b'{"content": "\xff"}', b"[" * 100_000, b"7"]
    entries = _read(_file(tmp_path, b"\n".join([*lines, b'{"content": "b"}'])))

    faults = [entry.place for entry in entries if isinstance(entry, Fault)]
    assert faults == ["line 1", "line 3", "line 4", "line 5"]
    assert _contents(entries) == ["a", "b"]


def test_json_lines_are_never_held_in_memory_as_a_whole(tmp_path: Path) -> None:
    """Reading a file of lines takes memory for a line, not for the file."""
    line = json.dumps({"content": "tea " * 2_000}) + "\n"
    path = _file(tmp_path, line * 1_000)
    tracemalloc.start()
    try:
        count = sum(1 for _ in open_source(path, None, "ana", "").entries())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 1_000
    assert peak < path.stat().st_size / 4


@pytest.mark.parametrize("document", [samples.chatgpt(), samples.claude()])
def test_an_export_is_read_from_its_archive(tmp_path: Path, document: Any) -> None:
    """The conversations.json of a .zip is found, in whichever folder it is."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export/user.json", "{}")
        archive.writestr("export/conversations.json", json.dumps(document))

    assert len(_contents(_read(path))) == 3


def test_a_forced_layout_goes_over_what_is_found(tmp_path: Path) -> None:
    """With a layout given the content is read as that one, for better or worse."""
    path = _file(tmp_path, '[{"role": "user", "content": "a", "colour": "red"}]')

    assert _contents(_read(path)) == ["a"]
    assert _contents(_read(path, Layout.OPENAI)) == ["a"]
    assert _contents(_read(path, Layout.JSONL)) == []
    assert _contents(_read(path, Layout.CHATGPT)) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        (" \n" * 5_000, "is empty"),
        ("[]", "empty list"),
        ("hello", "is not JSON"),
        ('[{"role": "user"', "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"name": "x"}', "none of the layouts"),
        ('{"name": "x"}\n{"name": "y"}', "none of the layouts"),
        ("7", "none of the layouts"),
        (b"PK\x03\x04 and nothing more", "archive that cannot be read"),
        (b"\xff\xfe\xfd", "is not JSON"),
    ],
)
def test_a_file_that_is_none_is_told_in_one_sentence(
    tmp_path: Path, content: str | bytes, told: str
) -> None:
    """What cannot be imported as a whole says why in one line."""
    with pytest.raises(FileUnusable, match=told) as caught:
        _read(_file(tmp_path, content))

    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_what_is_no_readable_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    """So are directories, pipes, files that are not there, and archives of something else."""
    os.mkfifo(tmp_path / "pipe")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("photo.txt", "x")

    for name, told in (
        ("", "a directory"),
        ("pipe", "a pipe"),
        ("missing.json", "No such file"),
        ("other.zip", "without a conversations.json"),
    ):
        with pytest.raises(FileUnusable, match=told):
            _read(tmp_path / name)
