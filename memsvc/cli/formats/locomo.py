"""The layout of LoCoMo: samples, each the sessions of one long conversation of two people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from memsvc.cli.formats.entries import (
    LAYOUT_ERRORS,
    Defaults,
    Entry,
    Fault,
    entry_of,
    reason_of,
)
from memsvc.v1.memory_pb2 import Message, Role

_SESSION: Final = re.compile(r"session_(\d+)")
_TIME_FORMAT: Final = "%I:%M %p on %d %B, %Y"


def locomo_entries(document: object, defaults: Defaults) -> Iterator[Entry]:
    """Yield the entries of a list of samples, or of a single one: a user each."""
    samples = document if isinstance(document, list) else [document]
    for number, sample in enumerate(samples, 1):
        place = f"sample {number}"
        try:
            user_id = str(sample["sample_id"])
            talk = sample["conversation"]
            numbers = sorted(int(match[1]) for key in talk if (match := _SESSION.fullmatch(key)))
        except LAYOUT_ERRORS as error:
            yield Fault(place, reason_of(error))
            continue
        for session in numbers:
            where = f"{place}, session {session}"
            yield from _session(where, (user_id, f"session_{session}"), talk, defaults)


def _session(
    place: str, owner: tuple[str, str], talk: Mapping[str, Any], defaults: Defaults
) -> Iterator[Entry]:
    user_id, session_id = owner
    try:
        spoken = time_of(talk[f"{session_id}_date_time"])
        turns = list(talk[session_id])
    except LAYOUT_ERRORS as error:
        yield Fault(place, reason_of(error))
        return
    for index, turn in enumerate(turns, 1):
        where = f"{place}, turn {index}"
        try:
            message = Message(
                user_id=user_id,
                conversation_id=session_id,
                message_id=f"{user_id}:{turn['dia_id']}",
                role=Role.ROLE_USER,
                author=turn["speaker"],
                content=content_of(turn),
                event_time=spoken,
            )
            message.metadata.update({"dia_id": turn["dia_id"]})
        except LAYOUT_ERRORS as error:
            yield Fault(where, reason_of(error))
            continue
        yield entry_of(where, index, message, defaults)


def time_of(text: str) -> datetime:
    """Return the time of a session, such as "1:56 pm on 8 May, 2023", taken as UTC."""
    return datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)


def content_of(turn: Mapping[str, Any]) -> str:
    """Return what a turn says, and what its picture shows if it has one."""
    caption = turn.get("blip_caption")
    return f"{turn['text']} [shares {caption}]" if caption else str(turn["text"])
