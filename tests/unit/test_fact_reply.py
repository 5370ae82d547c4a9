"""Replies of language models: read with patience, checked without, and never a crash."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core.fact_reply import (
    CLOCK_DIFFERENCE,
    EARLIEST,
    FACTS_SCHEMA,
    ParsedReply,
    parse_facts,
)
from memsvc.core.facts import (
    CATEGORIES,
    CONFIDENCE_MIN,
    CONTENT_BYTES_MAX,
    FACTS_MAX,
    SLOT_BYTES_MAX,
    VALUE_BYTES_MAX,
    ExtractedFact,
)
from memsvc.core.model import TemporalState
from memsvc.core.profile_reply import (
    PROFILE_SCHEMA,
    SUMMARY_LENGTH_MAX,
    TRAIT_LENGTH_MAX,
    TRAITS_MAX,
    ProfileReply,
    parse_profile,
)
from memsvc.core.reply_json import UnreadableReply
from memsvc.core.slot_names import SLOT_ALIASES
from memsvc.core.slots import SLOTS
from tests.fakes.garbage_replies import OSLO, REPLIES, TEACHER, Garbage
from tests.fakes.model_server import MEGABYTE, fact

SAID: Final = datetime(2024, 6, 15, 12, tzinfo=UTC)

#: Values such as stand in replies, and their spoilt forms.
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
SPOILT_FACTS = st.fixed_dictionaries(
    {},
    optional={
        "content": st.text(max_size=40) | ANYTHING,
        "category": st.sampled_from(sorted(CATEGORIES)) | ANYTHING,
        "slot": st.sampled_from([*SLOTS, *SLOT_ALIASES]) | ANYTHING,
        "value": st.text(max_size=20) | ANYTHING,
        "temporal_state": st.sampled_from(["current", "Past", "FUTURE"]) | ANYTHING,
        "confidence": st.floats(0, 1) | ANYTHING,
        "event_time": st.datetimes().map(datetime.isoformat) | ANYTHING,
        "ends": st.booleans() | ANYTHING,
    },
)


def only(reply: ParsedReply) -> ExtractedFact:
    """Return the one fact of a reply without others."""
    assert reply.dropped == 0
    (drawn,) = reply.facts
    return drawn


def parsed(**fields: Any) -> ExtractedFact:
    """Return what becomes of a fact with these fields."""
    return only(parse_facts(json.dumps({"facts": [{**OSLO, **fields}]}), SAID))


@pytest.mark.parametrize("garbage", REPLIES, ids=lambda garbage: garbage.name)
def test_of_every_reply_what_can_be_kept_is_kept(garbage: Garbage) -> None:
    """Each fact of a reply is kept or counted, and a reply without a place for facts is told."""
    if garbage.unreadable:
        with pytest.raises(UnreadableReply):
            parse_facts(garbage.content, SAID)
        return
    reply = parse_facts(garbage.content, SAID)
    assert (len(reply.facts), reply.dropped) == (garbage.kept, garbage.dropped)


def test_a_fact_is_read_in_full() -> None:
    """No field of a fact that is as it should be is changed."""
    given_fact = fact(
        "The user has left Acme.",
        "employer",
        "Acme",
        category="work",
        temporal_state="past",
        confidence=0.75,
        event_time="2024-02-03",
        ends=True,
    )
    assert parse_facts(json.dumps({"facts": [given_fact]}), SAID) == ParsedReply(
        [
            ExtractedFact(
                "The user has left Acme.",
                "work",
                "employer",
                "Acme",
                TemporalState.PAST,
                0.75,
                datetime(2024, 2, 3, tzinfo=UTC),
                ends=True,
            )
        ],
        0,
    )


@pytest.mark.parametrize(
    ("given_slot", "slot"),
    [
        ("location", "location"),
        ("Favourite Food", "favourite_food"),
        ("jobTitle", "job_title"),
        ("city", "location"),
        ("Residence", "location"),
        ("home", "location"),
        ("job", "employer"),
        ("company", "employer"),
        ("favorite-movie", "favourite_film"),
        ("shoe size", "shoe_size"),
        ("N/A", ""),
        (None, ""),
    ],
)
def test_a_slot_has_one_name(given_slot: str | None, slot: str) -> None:
    """The same attribute never goes by two names, however the model writes it."""
    assert parsed(slot=given_slot).slot == slot


def test_aliases_lead_to_known_slots() -> None:
    """An alias never stands for what nobody knows, nor hides a slot of its own."""
    assert set(SLOT_ALIASES.values()) <= {"", *SLOTS}
    assert not SLOT_ALIASES.keys() & SLOTS.keys()


@pytest.mark.parametrize(
    ("fields", "category"),
    [
        ({"category": "Work"}, "work"),
        ({"category": "weather"}, "other"),
        ({"category": None}, "location"),
        ({"category": None, "slot": None}, "other"),
    ],
)
def test_a_category_is_a_known_one(fields: dict[str, Any], category: str) -> None:
    """A missing category is the slot's, an unknown one "other"."""
    assert parsed(**fields).category == category


@pytest.mark.parametrize("confidence", [0.9, "0.9", "90%", "90 %", 90])
def test_a_confidence_is_a_part_of_one(confidence: object) -> None:
    """However a confidence is written, it means the same."""
    assert parsed(confidence=confidence).confidence == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("event_time", "moment"),
    [
        ("2024-03-01", datetime(2024, 3, 1, tzinfo=UTC)),
        ("2024-03", datetime(2024, 3, 1, tzinfo=UTC)),
        ("2023", datetime(2023, 1, 1, tzinfo=UTC)),
        ("2024-03-01T10:00:00+02:00", datetime(2024, 3, 1, 8, tzinfo=UTC)),
        ("2024-03-01T10:00:00Z", datetime(2024, 3, 1, 10, tzinfo=UTC)),
        ("2024-03-01T10:00:00", datetime(2024, 3, 1, 10, tzinfo=UTC)),
        ("1066-10-14", EARLIEST),
        ("2031-01-01", SAID + CLOCK_DIFFERENCE),
        ("last spring", None),
        ("2024-13-01", None),
        ("", None),
        (None, None),
        (1700000000, None),
    ],
)
def test_a_time_is_one_that_can_be(event_time: object, moment: datetime | None) -> None:
    """What is so began no later than it was said, by more than clocks differ; garbage is no time."""
    assert parsed(event_time=event_time).event_time == moment


def test_a_plan_may_lie_ahead() -> None:
    """The time of what is to come is not moved back to when it was said."""
    ahead = parsed(temporal_state="future", event_time="2031-01-01")
    assert ahead.event_time == datetime(2031, 1, 1, tzinfo=UTC)


def test_a_time_of_another_zone_is_compared_rightly() -> None:
    """The zone in which it was said makes no difference."""
    said = SAID.astimezone(timezone(timedelta(hours=-8)))
    reply = parse_facts(json.dumps([{**OSLO, "event_time": "2024-06-15T11:59:00Z"}]), said)
    assert only(reply).event_time == datetime(2024, 6, 15, 11, 59, tzinfo=UTC)


def test_the_first_of_two_that_say_the_same_is_kept() -> None:
    """A repetition within one reply is neither kept nor counted."""
    again = {**OSLO, "content": "Oslo is where the user lives.", "value": "oslo."}
    without_value = [fact("The user sings."), fact("The user sings!"), fact("The user dances.")]
    reply = parse_facts(json.dumps([OSLO, again, *without_value]), SAID)
    assert [drawn.content for drawn in reply.facts] == [
        OSLO["content"],
        "The user sings.",
        "The user dances.",
    ]
    assert reply.dropped == 0


def test_no_reply_takes_long() -> None:
    """Megabytes of what looks like the beginning of JSON are gone through a few times, not often."""
    for unit in ('{"a":[', '["', '["\\"', ", ", ",   ", '"', "[1]", '{"a', "{}[", "`", "\\"):
        text = unit * (MEGABYTE // len(unit))
        try:
            assert parse_facts(text, SAID).facts == []
        except UnreadableReply:
            continue


def test_an_unreadable_reply_is_not_quoted() -> None:
    """What a user said never gets into a message."""
    with pytest.raises(UnreadableReply) as raised:
        parse_facts("The user has a secret.", SAID)
    assert "secret" not in f"{raised.value!r} {raised.value}"


@given(st.text() | ANYTHING.map(json.dumps) | st.lists(SPOILT_FACTS).map(json.dumps))
def test_whatever_the_reply_the_facts_keep_the_rules(reply: str) -> None:
    """No text crashes the parser, and no fact that it lets through breaks a limit."""
    try:
        facts = parse_facts(reply, SAID).facts
    except UnreadableReply:
        return
    assert len(facts) <= FACTS_MAX
    for drawn in facts:
        assert drawn.content.strip()
        assert "\0" not in drawn.content + drawn.slot + drawn.value
        assert len(drawn.content.encode()) <= CONTENT_BYTES_MAX
        assert len(drawn.slot.encode()) <= SLOT_BYTES_MAX
        assert len(drawn.value.encode()) <= VALUE_BYTES_MAX
        assert drawn.category in CATEGORIES
        assert drawn.temporal_state is not TemporalState.UNSPECIFIED
        assert CONFIDENCE_MIN <= drawn.confidence <= 1
        assert drawn.event_time is None or drawn.event_time >= EARLIEST


@given(st.text(), st.sampled_from(["{}", "```json\n{}\n```", "Here: {} Done."]))
def test_any_content_comes_through_as_it_is(content: str, around: str) -> None:
    """Brackets, quotes, fences and commas within a fact are never taken for the reply's own."""
    reply = around.replace("{}", json.dumps({"facts": [{**TEACHER, "content": f"x{content}x"}]}))
    facts = parse_facts(reply, SAID).facts
    assert [drawn.content for drawn in facts] == ([] if "\0" in content else [f"x{content}x"])


def test_the_schemas_are_strict() -> None:
    """Every field is required and no other one allowed, as providers demand; a good reply fits."""
    for schema in (FACTS_SCHEMA, PROFILE_SCHEMA):
        jsonschema.Draft202012Validator.check_schema(schema)
        for part in _objects(schema):
            assert part["additionalProperties"] is False
            assert part["required"] == list(part["properties"])
    jsonschema.validate({"facts": [OSLO, TEACHER]}, FACTS_SCHEMA)
    jsonschema.validate({"essential": ["1"], "summary": "", "traits": []}, PROFILE_SCHEMA)


def _objects(schema: Any) -> list[Any]:
    """Return the schemas of objects within a schema."""
    if isinstance(schema, list):
        return [part for item in schema for part in _objects(item)]
    if not isinstance(schema, dict):
        return []
    inner = [part for value in schema.values() for part in _objects(value)]
    return [schema, *inner] if "properties" in schema else inner


def test_a_profile_is_read_in_full() -> None:
    """Essential facts stay in the model's order, each once; fences and wrappers do not matter."""
    reply = {"essential": ["b", 7, "a", "b"], "summary": " Lives in Oslo. ", "traits": ["calm"]}
    expected = ProfileReply(["b", "7", "a"], "Lives in Oslo.", ["calm"], 0)
    for text in (
        json.dumps(reply),
        f"```json\n{json.dumps(reply)}\n```",
        json.dumps({"result": reply}),
        json.dumps(json.dumps(reply)),
    ):
        assert parse_profile(text, {"a", "b", "c", "7"}) == expected


def test_a_profile_keeps_the_rules() -> None:
    """No id that was not given, no long trait and no endless summary gets through."""
    reply = {
        "essential": ["a", "z", None, ["a"]],
        "summary": "One sentence. " * 200,
        "traits": ["x" * (TRAIT_LENGTH_MAX + 1), 7.5, "nul\0", *[f"trait {n}" for n in range(20)]],
    }
    profile = parse_profile(json.dumps(reply), {"a", "b"})
    assert profile.essential == ["a"]
    assert profile.traits == [f"trait {number}" for number in range(TRAITS_MAX)]
    assert SUMMARY_LENGTH_MAX - 20 < len(profile.summary) <= SUMMARY_LENGTH_MAX
    assert profile.summary.endswith("One sentence.")
    assert profile.dropped == len(["z", None, ["a"]]) + 3 + TRAITS_MAX


@pytest.mark.parametrize(
    ("summary", "kept"),
    [
        ("word " * 300, ("word " * 200).strip()),
        ("x" * 2000, "x" * SUMMARY_LENGTH_MAX),
        ("half \ud83d", ""),
        (None, ""),
    ],
)
def test_a_summary_is_cut_between_words(summary: str | None, kept: str) -> None:
    """A summary that is too long never ends within a word, unless it is a single one."""
    reply = json.dumps({"essential": None, "summary": summary})
    assert parse_profile(reply, []) == ProfileReply([], kept, [], 0)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "none",
        "{}",
        "[]",
        '{"essential": "a", "summary": ""}',
        '{"summary": "x"}',
        "[" * 100_000,
    ],
)
def test_a_profile_that_is_none_is_told(reply: str) -> None:
    """What has no list of essential facts and no summary is no profile."""
    with pytest.raises(UnreadableReply):
        parse_profile(reply, {"a"})


@given(
    st.text()
    | ANYTHING.map(json.dumps)
    | st.fixed_dictionaries({"essential": ANYTHING, "summary": ANYTHING, "traits": ANYTHING}).map(
        json.dumps
    )
)
def test_no_profile_crashes(reply: str) -> None:
    """Whatever the reply, there is a profile within its limits, or it is told that there is none."""
    try:
        profile = parse_profile(reply, {"a", ""})
    except UnreadableReply:
        return
    assert set(profile.essential) <= {"a", ""}
    assert len(profile.summary) <= SUMMARY_LENGTH_MAX
    assert all(0 < len(trait) <= TRAIT_LENGTH_MAX for trait in profile.traits)
