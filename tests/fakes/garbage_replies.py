"""What language models reply when they do not reply as they should, and what is to be made of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from tests.fakes.model_server import MEGABYTE, completion, fact

#: A fact that breaks no rule, and another one.
OSLO: Final = fact("The user lives in Oslo.", "location", "Oslo", category="location")
TEACHER: Final = fact("The user is a teacher.", "job_title", "teacher", category="work")


@dataclass(frozen=True, slots=True)
class Garbage:
    """A reply and what is to come of it."""

    name: str
    #: The text of the reply.
    content: str
    kept: int = 0
    dropped: int = 0
    #: There are no facts to be found: the model is asked once more.
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class GarbageBody:
    """A whole body with the status 200 that holds no text."""

    name: str
    body: bytes
    content_type: str = "application/json"


def _facts(*facts: Any) -> str:
    return json.dumps({"facts": facts})


def _spoilt(**fields: Any) -> str:
    """Return a reply of a good fact and one of which these fields are spoilt."""
    return _facts(TEACHER, {**OSLO, **fields})


def _without(name: str) -> str:
    """Return a reply of a good fact and one without this field."""
    return _facts(TEACHER, {key: value for key, value in OSLO.items() if key != name})


_BOTH: Final = _facts(OSLO, TEACHER)
_PRETTY: Final = json.dumps({"facts": [OSLO, TEACHER]}, indent=2)
_CAMEL: Final = {
    "content": "The user lives in Oslo.",
    "category": "Location",
    "temporalState": "Current",
    "eventTime": "2020-01-01",
    "confidence": 1,
}

_FORMS: Final = (
    Garbage("as it should be", _BOTH, 2),
    Garbage("empty list", '{"facts": []}'),
    Garbage("empty object", "{}"),
    Garbage("null in place of the list", '{"facts": null}'),
    Garbage("bare list", json.dumps([OSLO, TEACHER]), 2),
    Garbage("empty bare list", "[]"),
    Garbage("single fact", json.dumps(OSLO), 1),
    Garbage("single fact in place of the list", json.dumps({"facts": OSLO}), 1),
    Garbage("wrapped", json.dumps({"result": {"facts": [OSLO, TEACHER]}}), 2),
    Garbage("wrapped twice", json.dumps({"data": {"reply": {"facts": [OSLO]}}}), 1),
    Garbage("wrapped list", json.dumps({"result": [OSLO]}), 1),
    Garbage("list of lists", json.dumps([{"facts": [OSLO]}, {"facts": [TEACHER]}]), 2),
    Garbage("fences", f"```json\n{_PRETTY}\n```", 2),
    Garbage("fences without a language", f"```\n{_BOTH}\n```", 2),
    Garbage("fences that are not closed", f"```json\n{_BOTH}", 2),
    Garbage("prose around", f"Sure! Here are the facts:\n{_BOTH}\nLet me know.", 2),
    Garbage("prose and fences", f"Here you go:\n\n```json\n{_PRETTY}\n```\nAnything else?", 2),
    Garbage("prose with brackets", f"As {{asked}} [1], [see note] here: {_BOTH} [done]", 2),
    Garbage("thoughts before", f'<think>Perhaps {{"facts": [1]}}?</think>\n{_BOTH}', 2),
    Garbage("the form before the reply", f'In the form {{"facts": []}} it is {_BOTH}', 2),
    Garbage("byte order mark", f"\ufeff{_BOTH}", 2),
    Garbage("encoded twice", json.dumps(_BOTH), 2),
    Garbage("byte order mark, encoded twice", f"\ufeff{json.dumps(_BOTH)}", 2),
    Garbage("encoded twice within a fence", json.dumps(f"```json\n{_BOTH}\n```"), 2),
    Garbage(
        "commas too many", _PRETTY.replace("\n    }", ",\n    }").replace("\n  ]", ",\n  ]"), 2
    ),
    Garbage("line break within a string", _BOTH.replace("lives in", "lives\nin"), 2),
    Garbage("carriage returns", _PRETTY.replace("\n", "\r\n"), 2),
    Garbage("camel case", json.dumps({"Facts": [_CAMEL]}), 1),
    Garbage("more fields", _facts({**OSLO, "reason": "said so", "id": 7}), 1),
    Garbage(
        "fields of other names",
        _facts({"fact": "The user sings.", "state": "current", "confidence": "90%"}),
        1,
    ),
    Garbage("twice the same", _facts(OSLO, TEACHER, OSLO), 2),
    Garbage(
        "the same value in other words",
        _facts(OSLO, {**OSLO, "content": "Oslo is home.", "value": "OSLO!"}),
        1,
    ),
    Garbage("right to left and emoji", _spoilt(content="המשתמש גר ב־Oslo 🏙️."), 2),
)
_SPOILT: Final = (
    Garbage("category unknown", _spoilt(category="weather"), 2),
    Garbage("category of a wrong type", _spoilt(category=["work"]), 2),
    Garbage("category missing", _without("category"), 2),
    Garbage("slot and value null", _spoilt(slot=None, value=None), 2),
    Garbage("slot in other words", _spoilt(slot="Current City"), 2),
    Garbage("slot of a wrong type", _spoilt(slot=7), 1, 1),
    Garbage("slot too long", _spoilt(slot="very_" * 20), 1, 1),
    Garbage("value a number", _spoilt(value=32), 2),
    Garbage("value of a wrong type", _spoilt(value=["Oslo"]), 1, 1),
    Garbage("value too long", _spoilt(value="Oslo " * 100), 2),
    Garbage("confidence in quotes", _spoilt(confidence="0.9"), 2),
    Garbage("confidence per cent", _spoilt(confidence="90 %"), 2),
    Garbage("confidence of a hundred", _spoilt(confidence=90), 2),
    Garbage("confidence in words", _spoilt(confidence="high"), 1, 1),
    Garbage("confidence low", _spoilt(confidence=0.3), 1, 1),
    Garbage("confidence negative", _spoilt(confidence=-1), 1, 1),
    Garbage("confidence beyond", _spoilt(confidence=9000), 1, 1),
    Garbage("confidence not a number", _spoilt(confidence=float("nan")), 1, 1),
    Garbage("confidence infinite", _spoilt(confidence=float("inf")), 1, 1),
    Garbage(
        "confidence of many digits", _spoilt(confidence=5).replace(": 5", ": " + "5" * 5000), 1, 1
    ),
    Garbage("confidence true", _spoilt(confidence=True), 1, 1),
    Garbage("confidence null", _spoilt(confidence=None), 1, 1),
    Garbage("confidence missing", _without("confidence"), 1, 1),
    Garbage("state in capitals", _spoilt(temporal_state="CURRENT"), 2),
    Garbage("state of the contract", _spoilt(temporal_state="TEMPORAL_STATE_PAST"), 2),
    Garbage("state unknown", _spoilt(temporal_state="someday"), 1, 1),
    Garbage("state unspecified", _spoilt(temporal_state="unspecified"), 1, 1),
    Garbage("state a number", _spoilt(temporal_state=1), 1, 1),
    Garbage("state missing", _without("temporal_state"), 1, 1),
    Garbage("time in words", _spoilt(event_time="last spring"), 2),
    Garbage("time a number", _spoilt(event_time=1700000000), 2),
    Garbage("time impossible", _spoilt(event_time="2023-02-31"), 2),
    Garbage("time before all times", _spoilt(event_time="0001-01-01T00:00:00+14:00"), 2),
    Garbage("ends in quotes", _spoilt(ends="true"), 2),
    Garbage("ends in words", _spoilt(ends="perhaps"), 1, 1),
    Garbage("content missing", _without("content"), 1, 1),
    Garbage("content null", _spoilt(content=None), 1, 1),
    Garbage("content blank", _spoilt(content=" \n "), 1, 1),
    Garbage("content of a wrong type", _spoilt(content={"text": "The user sings."}), 1, 1),
    Garbage("content with a NUL", _spoilt(content="The user\0 sings."), 1, 1),
    Garbage("content with half a character", _spoilt(content="The user \ud83d sings."), 1, 1),
    Garbage("content of 2 kB", _spoilt(content="é" * 1024), 2),
    Garbage("content longer than 2 kB", _spoilt(content="é" * 1024 + "."), 1, 1),
    Garbage("content of a megabyte", _spoilt(content="x" * MEGABYTE), 1, 1),
    Garbage("facts that are none", _facts(OSLO, "The user sings.", 7, None, [], TEACHER), 2, 4),
    Garbage("no fact that is one", _facts({"content": ""}, "The user sings."), 0, 2),
    Garbage("a fact after more bad ones than are looked at", _facts(*[7] * 256, OSLO), 0, 257),
    Garbage(
        "ten thousand facts",
        _facts(*[fact(f"The user owns {number} books.") for number in range(10_000)]),
        64,
        9_936,
    ),
)
_UNREADABLE: Final = tuple(
    Garbage(name, content, unreadable=True)
    for name, content in {
        "prose": "I could not find any facts in this message.",
        "brackets in prose": "None [sorry], {none} at all.",
        "a page": "<html><body>502 Bad Gateway</body></html>",
        "another object": '{"error": "overloaded", "code": 7}',
        "a list of numbers": "[1, 2, 3]",
        "a list of other objects": '[{"id": 1}, {"id": 2}]',
        "a string in place of the list": '{"facts": "The user sings."}',
        "null": "null",
        "a number": "42",
        "cut off": _BOTH[:-40],
        "cut off within a string": _BOTH[: _BOTH.index("teacher") + 3],
        "a comma missing": _BOTH.replace('", "value"', '" "value"'),
        "cut off after an empty list": '{"notes": [], "facts": [{"content": "The us',
        "no quotes": "{facts: [{content: The user sings}]}",
        "nested too deeply": "[" * 100_000,
        "nested too deeply, and closed": '{"facts":' + "[" * 50_000 + "]" * 50_000 + "}",
        "objects nested too deeply": '{"a":' * 100_000,
        "braces": "{" * 100_000,
        "quotes": '"' * 100_001,
        "a fence with nothing in it": "```json\n```",
        "a thought without an end": f"<think>{_BOTH}",
    }.items()
)
#: All with some text.
REPLIES: Final = (*_FORMS, *_SPOILT, *_UNREADABLE)

BODIES: Final = (
    GarbageBody("content null", completion(None)),
    GarbageBody("content empty", completion("")),
    GarbageBody("content blank", completion(" \n")),
    GarbageBody("content an object", completion({"facts": []})),
    GarbageBody("content a number", completion(7)),
    GarbageBody("no choices", b'{"choices": []}'),
    GarbageBody("choices null", b'{"choices": null}'),
    GarbageBody("choices an object", b'{"choices": {"0": {}}}'),
    GarbageBody("no message", b'{"choices": [{"index": 0}]}'),
    GarbageBody("message null", b'{"choices": [{"message": null}]}'),
    GarbageBody("message a string", b'{"choices": [{"message": "{}"}]}'),
    GarbageBody("choice null", b'{"choices": [null]}'),
    GarbageBody("error in place of a completion", b'{"error": {"message": "overloaded"}}'),
    GarbageBody("a list", b"[]"),
    GarbageBody("null", b"null"),
    GarbageBody("nothing", b""),
    GarbageBody("a page", b"<html><body>the server's own words</body></html>", "text/html"),
    GarbageBody("plain text", b"the server's own words", "text/plain"),
    GarbageBody("not UTF-8", b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'),
    GarbageBody("cut off", completion("{}")[:-30]),
    GarbageBody("nested too deeply", b'{"choices":' + b"[" * 100_000),
    GarbageBody("digits without end", b'{"choices": ' + b"9" * 5000 + b"}"),
)
