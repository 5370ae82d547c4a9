"""Labelled queries: what the contract takes is taken, and what it refuses is named beforehand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from memsvc.cli.formats.entries import Fault
from memsvc.cli.formats.labelled import Question, question_of
from memsvc.cli.formats.question_reading import read_questions
from memsvc.core.errors import InvalidFields, NulByte
from memsvc.rpc.validation import RequestValidator
from memsvc.v1.memory_service_pb2 import EvaluateRequest, LabelledQuery

GOOD = {"user_id": "ana", "query": "Where?", "relevant_ids": ["m1"]}


def _refused(value: dict[str, Any]) -> bool:
    request = EvaluateRequest(queries=[LabelledQuery(**value)])
    try:
        RequestValidator().check(request, request.SerializeToString())
    except (InvalidFields, NulByte):
        return True
    return False


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"user_id": "ü" * 64},
        {"query": "ü" * 2048},
        {"relevant_ids": [f"m{number}" for number in range(100)]},
        {"relevant_ids": ["ü" * 64]},
    ],
)
def test_the_largest_question_of_the_contract_is_taken(change: dict[str, Any]) -> None:
    """What is just allowed can be asked."""
    value = {**GOOD, **change}

    assert isinstance(question_of("line 1", value, ""), Question)
    assert not _refused(value)


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": "ü" * 64 + "x"},
        {"query": ""},
        {"query": "ü" * 2048 + "x"},
        {"query": "a\0b"},
        {"relevant_ids": []},
        {"relevant_ids": [f"m{number}" for number in range(101)]},
        {"relevant_ids": ["m1", "m1"]},
        {"relevant_ids": [""]},
        {"relevant_ids": ["ü" * 64 + "x"]},
        {"relevant_ids": ["\0"]},
    ],
)
def test_what_the_contract_refuses_is_a_fault(change: dict[str, Any]) -> None:
    """No line takes the questions beside it down with it, since the server would refuse them all."""
    value = {**GOOD, **change}

    assert isinstance(question_of("line 1", value, ""), Fault)
    assert _refused(value)


@pytest.mark.parametrize(
    "change",
    [
        {"category": ["easy"]},
        {"category": True},
        {"category": "x" * 65},
        {"category": "two\nlines"},
        {"query": 7},
        {"query": "half a letter: \ud800"},
        {"relevant_ids": "m1"},
        {"relevant_ids": [7]},
        {"relevant_id": ["m1"]},
    ],
)
def test_what_is_no_labelled_query_is_a_fault(change: dict[str, Any]) -> None:
    """A wrong name or type is told in one line, so that no label is lost unseen."""
    entry = question_of("line 1", {**GOOD, **change}, "")

    assert isinstance(entry, Fault)
    assert entry.reason
    assert "\n" not in entry.reason


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("{0}", ["line 1"]),
        ("\ufeff{0}\r\n\r\n{0}", ["line 1", "line 3"]),
        ("[{0}, {0}]", ["query 1", "query 2"]),
        ("[\n{0}\n]\n", ["query 1"]),
    ],
)
def test_lines_and_lists_are_read(tmp_path: Path, text: str, places: list[str]) -> None:
    """Labelled queries stand one a line or in a list; each is known by its place."""
    file = tmp_path / "questions"
    file.write_bytes(text.replace("{0}", json.dumps(GOOD)).encode())

    entries = read_questions(file, "")

    assert all(isinstance(entry, Question) for entry in entries)
    assert [entry.place for entry in entries] == places
