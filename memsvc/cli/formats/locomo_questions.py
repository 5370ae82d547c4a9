"""The questions of LoCoMo's layout, about the messages that an import of the same file stores."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from memsvc.cli.formats.entries import LAYOUT_ERRORS, Defaults, Fault, LeftOut, Said, reason_of
from memsvc.cli.formats.labelled import Labelled, question_of
from memsvc.cli.formats.locomo import locomo_entries

#: What each category of the layout asks for.
_CATEGORIES: Final[Mapping[object, str]] = {
    1: "multi-hop",
    2: "temporal",
    3: "open-domain",
    4: "single-hop",
}
#: Asks for what was never said: nothing answers it, whatever turns it names.
_UNANSWERABLE: Final = 5
_TURN: Final = re.compile(r"D\d+:\d+")


def locomo_questions(document: object) -> Iterator[Labelled]:
    """Yield the questions of a list of samples, or of a single one."""
    samples = document if isinstance(document, list) else [document]
    for number, sample in enumerate(samples, 1):
        place = f"sample {number}"
        try:
            user_id = str(sample["sample_id"])
            asked = list(sample["qa"])
        except LAYOUT_ERRORS as error:
            yield Fault(place, reason_of(error))
            continue
        # The import itself is asked for the ids, so that both always name a message alike.
        entries = locomo_entries([sample], Defaults(digest=""))
        stored = {entry.message.message_id for entry in entries if isinstance(entry, Said)}
        for index, entry in enumerate(asked, 1):
            yield _question(f"{place}, question {index}", entry, user_id, stored)


def _question(place: str, entry: Any, user_id: str, stored: Collection[str]) -> Labelled:
    try:
        category = entry.get("category")
        # One text may name several turns, and turns that do not exist.
        named = _TURN.findall(" ".join(map(str, entry.get("evidence") or ())))
        query = entry["question"]
    except LAYOUT_ERRORS as error:
        return Fault(place, reason_of(error))
    relevant = dict.fromkeys(f"{user_id}:{turn}" for turn in named)
    relevant_ids = [each for each in relevant if each in stored]
    if category == _UNANSWERABLE or not relevant_ids:
        return LeftOut(place)
    value = {
        "user_id": user_id,
        "query": query,
        "relevant_ids": relevant_ids,
        "category": _CATEGORIES.get(category, category),
    }
    return question_of(place, value, user_id)
