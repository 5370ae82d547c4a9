"""The project's own conversation, which the demo tells by default."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from examples.locomo import Conversation, read_conversations

FILE: Final = Path(__file__).parents[2] / "examples" / "conversation" / "a_year.json"
#: How many questions of a kind are few enough to be chance.
FEW: Final = 4


@pytest.fixture(scope="module")
def conversation() -> Conversation:
    """The conversation as the demo reads it."""
    (read,) = read_conversations(FILE)
    return read


def test_it_is_a_long_conversation(conversation: Conversation) -> None:
    """At least eight sittings and 150 turns of two people, in the order of time."""
    times = [turn.said_time for turn in conversation.turns]

    assert len({turn.session_id for turn in conversation.turns}) >= 8
    assert len(conversation.turns) >= 150
    assert len({turn.speaker for turn in conversation.turns}) == 2
    assert times == sorted(times)


def test_every_turn_has_an_id_of_its_own(conversation: Conversation) -> None:
    """Ids become message ids: a second turn with the same one would be lost as a duplicate."""
    ids = [turn.turn_id for turn in conversation.turns]

    assert len(set(ids)) == len(ids)
    assert all(t.turn_id.startswith(f"D{t.session_id[8:]}:") for t in conversation.turns)


def test_it_asks_questions_of_five_kinds(conversation: Conversation) -> None:
    """25 different questions; no kind has so few that its figure is chance alone."""
    kinds = Counter(question.kind for question in conversation.questions)

    assert len({question.text for question in conversation.questions}) == 25
    assert set(kinds) == {"single", "several", "time", "speaker", "changed"}
    assert min(kinds.values()) >= FEW


def test_no_question_and_no_evidence_is_dropped(conversation: Conversation) -> None:
    """All evidence exists and every question can be asked: the file has no slip."""
    (raw,) = json.loads(FILE.read_text(encoding="utf-8"))

    assert [question.text for question in conversation.questions] == [
        entry["question"] for entry in raw["qa"]
    ]
    assert [list(question.evidence) for question in conversation.questions] == [
        entry["evidence"] for entry in raw["qa"]
    ]
    assert all(question.answer for question in conversation.questions)


def test_several_means_more_than_one_turn(conversation: Conversation) -> None:
    """Questions of the kind "several" need at least two turns to be answered."""
    several = [q for q in conversation.questions if q.kind == "several"]

    assert all(len(question.evidence) >= 2 for question in several)
