"""The demo's reader of conversations, on a small file written by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from examples.locomo import (
    Conversation,
    LayoutInvalid,
    content_of,
    evidence_of,
    phrase_of,
    read_conversations,
    time_of,
)


def _question(text: str, category: int, *evidence: str, **more: str) -> dict[str, Any]:
    return {"question": text, "category": category, "evidence": list(evidence), **more}


def _sample() -> dict[str, Any]:
    return {
        "sample_id": "talk-1",
        "conversation": {
            "speaker_a": "Ana",
            "speaker_b": "Ben",
            # Later sessions may stand first, and a date may lack its session.
            "session_10_date_time": "12:05 am on 1 January, 2024",
            "session_10": [{"speaker": "Ben", "dia_id": "D10:1", "text": "Happy new year!"}],
            "session_2_date_time": "1:56 pm on 8 May, 2023",
            "session_2": [
                {"speaker": "Ana", "dia_id": "D2:1", "text": "Look!", "blip_caption": "a red kite"},
                {"speaker": "Ben", "dia_id": "D2:2", "text": ""},
                {"speaker": "Ben", "dia_id": "D2:3", "text": "It flies well."},
            ],
            "session_11_date_time": "9:00 am on 2 January, 2024",
        },
        "qa": [
            _question("What does Ana fly?", 4, "D2:1", answer="a kite", kind="single"),
            _question("What was said?", 1, "D2:1; D10:1, D:2:3"),
            _question("What does Ben fly?", 5, "D2:1"),
            _question("Who is Cem?", 4, "D3:1"),
            _question("Why?", 3),
        ],
    }


def _read(folder: Path, content: object) -> list[Conversation]:
    path = folder / "talk.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_conversations(path)


def test_turns_come_in_the_order_of_sessions_with_their_time(tmp_path: Path) -> None:
    """Sessions count by number, not by place; every turn has its session's time, in UTC."""
    (conversation,) = _read(tmp_path, [_sample()])

    assert [turn.turn_id for turn in conversation.turns] == ["D2:1", "D2:3", "D10:1"]
    assert [turn.session_id for turn in conversation.turns] == [
        "session_2",
        "session_2",
        "session_10",
    ]
    assert conversation.turns[0].said_time == datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    assert conversation.turns[2].said_time == datetime(2024, 1, 1, 0, 5, tzinfo=UTC)


def test_a_picture_is_told_by_its_caption() -> None:
    """What a picture shows follows the text in brackets; without one the text stays as it is."""
    assert (
        content_of({"text": "Look!", "blip_caption": "a red kite"}) == "Look! [shares a red kite]"
    )
    assert content_of({"text": "", "blip_caption": "a red kite"}) == " [shares a red kite]"
    assert content_of({"text": "Look! ", "blip_caption": ""}) == "Look! "


def test_a_turn_without_any_content_is_left_out(tmp_path: Path) -> None:
    """A turn that says and shows nothing is no message: the server would refuse it."""
    (conversation,) = _read(tmp_path, [_sample()])

    assert all(turn.content for turn in conversation.turns)
    assert "D2:2" not in {turn.turn_id for turn in conversation.turns}


def test_only_questions_with_evidence_are_asked(tmp_path: Path) -> None:
    """Category 5, evidence that does not exist and no evidence at all leave a question out."""
    (conversation,) = _read(tmp_path, [_sample()])

    assert [question.text for question in conversation.questions] == [
        "What does Ana fly?",
        "What was said?",
    ]


def test_questions_are_grouped_by_kind_or_else_by_category(tmp_path: Path) -> None:
    """A question's own kind goes before the name of its category."""
    (conversation,) = _read(tmp_path, [_sample()])

    assert [question.kind for question in conversation.questions] == ["single", "multi-hop"]


@pytest.mark.parametrize(
    ("named", "evidence"),
    [
        (["D1:1"], ("D1:1",)),
        (["D1:1; D2:10"], ("D1:1", "D2:10")),
        (["D2:10 D1:1", "D1:1"], ("D2:10", "D1:1")),
        (["D:1:1", "D", "", "D9:9"], ()),
        ([], ()),
    ],
)
def test_evidence_is_whatever_exists_of_what_is_named(
    named: list[str], evidence: tuple[str, ...]
) -> None:
    """One string may name several turns, badly written ones and turns that do not exist."""
    assert evidence_of(named, frozenset({"D1:1", "D2:10"})) == evidence


def test_batches_never_cross_sessions(tmp_path: Path) -> None:
    """A batch holds at most so many turns, all of one session, and none is lost."""
    (conversation,) = _read(tmp_path, [_sample()])

    assert [[t.turn_id for t in batch] for batch in conversation.batches(100)] == [
        ["D2:1", "D2:3"],
        ["D10:1"],
    ]
    assert [len(batch) for batch in conversation.batches(1)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "is not JSON"),
        ({}, "a list of samples"),
        ([], "a list of samples"),
        ([1], "sample 0"),
        ([{"sample_id": "x", "qa": []}], "'conversation' is missing"),
        ([_sample() | {"qa": []}], "no question"),
        (
            [_sample() | {"conversation": {"session_1_date_time": "once", "session_1": []}}],
            "once",
        ),
    ],
)
def test_another_layout_is_refused_with_its_fault(
    tmp_path: Path, content: object, fault: str
) -> None:
    """What is not in the layout is named, never half read."""
    with pytest.raises(LayoutInvalid, match=fault):
        _read(tmp_path, content)


def test_a_time_in_another_form_is_refused() -> None:
    """A time is never guessed."""
    with pytest.raises(ValueError, match="2023-05-08"):
        time_of("2023-05-08")


def test_a_phrase_is_two_neighbouring_words() -> None:
    """The phrase stands in the text as it is; a text without two such words has none."""
    assert phrase_of("He, Ana Lovelace built it. Engines!") == "Lovelace built"
    assert not phrase_of("No. £5!")
