"""One labelled query an object: a question, whose it is, and the ids of what answers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from google.protobuf import json_format

from memsvc.cli.formats.entries import ID_BYTES_MAX, Fault, LeftOut, UserMissing, reason_of
from memsvc.v1.memory_service_pb2 import LabelledQuery

QUERY_BYTES_MAX: Final = 4_096
RELEVANT_MAX: Final = 100
#: A label heads a row of a table.
CATEGORY_CHARACTERS_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled query that can be sent."""

    #: Where in the file it stands, for a person.
    place: str
    labelled: LabelledQuery
    #: The group that its figures are also counted in; empty for none.
    category: str = ""


Labelled: TypeAlias = Question | LeftOut | Fault


def question_of(place: str, value: object, user_id: str) -> Labelled:
    """Return the labelled query in the object *value*; *user_id* holds where it names nobody.

    What the contract would refuse is a fault here, so that it does not take its whole call with it.
    """
    if not isinstance(value, dict):
        return Fault(place, "it is not an object")
    fields = dict(value)
    try:
        category = _category_of(fields.pop("category", None))
        labelled = json_format.ParseDict(fields, LabelledQuery())
    except (json_format.ParseError, TypeError, ValueError) as error:
        return Fault(place, reason_of(error))
    labelled.user_id = labelled.user_id or user_id
    if not labelled.user_id:
        return UserMissing(place)
    for reason in _faults(labelled):
        return Fault(place, reason)
    return Question(place, labelled, category)


def _category_of(value: object) -> str:
    """Return a category as a label; raise TypeError or ValueError for what cannot be one."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        message = "its category is neither a text nor a whole number"
        raise TypeError(message)
    label = str(value).strip()
    if len(label) > CATEGORY_CHARACTERS_MAX or not label.isprintable():
        message = f"its category is not one line of at most {CATEGORY_CHARACTERS_MAX} characters"
        raise ValueError(message)
    return label


def _faults(labelled: LabelledQuery) -> Iterator[str]:
    relevant = list(labelled.relevant_ids)
    if not labelled.query:
        yield "it has no query"
    if len(labelled.query.encode()) > QUERY_BYTES_MAX:
        yield f"its query has more than {QUERY_BYTES_MAX:,} bytes"
    if len(labelled.user_id.encode()) > ID_BYTES_MAX:
        yield f"its user_id has more than {ID_BYTES_MAX} bytes"
    if not 1 <= len(relevant) <= RELEVANT_MAX:
        yield f"it has {len(relevant)} relevant_ids, 1 to {RELEVANT_MAX} are allowed"
    if len(set(relevant)) < len(relevant):
        yield "its relevant_ids hold one twice"
    if not all(1 <= len(each.encode()) <= ID_BYTES_MAX for each in relevant):
        yield f"one of its relevant_ids has not 1 to {ID_BYTES_MAX} bytes"
    if any("\0" in text for text in (labelled.user_id, labelled.query, *relevant)):
        yield "it holds the character U+0000"
