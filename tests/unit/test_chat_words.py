"""Commands in a message, titles, whose turn it is, and thoughts in a text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core.chat_commands import Commands, commands_of
from memsvc.core.chat_title import TITLE_CHARACTERS_MAX, tidied, title_of
from memsvc.core.turn_taking import Participant, Said, addressed, next_addressed, next_in_order
from memsvc.providers.answer_chunks import ThoughtSplitter
from memsvc.providers.event_stream import EventStream

ADA, BOB, CY = Participant("ada", "Ada"), Participant("bob", "Bob"), Participant("cy-1", "Cy")


@pytest.mark.parametrize(
    ("message", "commands"),
    [
        ("Hello", Commands()),
        ("@memory my dog", Commands("my dog")),
        ("Tell me.\n  @search tide tables  \nThanks", Commands("", "tide tables")),
        ("@Memory a\n@memory b\n@search c", Commands("a", "c")),
        ("write to me@memory.org", Commands()),
        ("@memory", Commands()),
        ("@memory   \n", Commands()),
        ("@memoryless thing", Commands()),
    ],
)
def test_a_command_stands_on_a_line_of_its_own(message: str, commands: Commands) -> None:
    """Only there, only with words behind it, the first of each kind."""
    assert commands_of(message) == commands


@pytest.mark.timeout(10)
@pytest.mark.parametrize("name", ["memory", "search"])
def test_a_line_of_spaces_is_read_at_once(name: str) -> None:
    """The work is proportional to the message: the longest one, all spaces, holds nobody up."""
    words = f"x{' ' * 99_000}y"
    found = commands_of(f"@{name} {words}")

    assert words in {found.memory_query, found.web_search}


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Hello", "Hello"),
        ("Plan a trip. It should be cheap.", "Plan a trip."),
        ("  Two\n\nlines  ", "Two lines"),
        ("@search tides\nWhen is high water?", "When is high water?"),
        ("京都に行きたい。 安いのがいい。", "京都に行きたい。"),
        ("", ""),
        ("word " * 40, "word word word word word word word word word word word…"),
    ],
)
def test_a_title_is_the_first_sentence(message: str, title: str) -> None:
    """Of the words that are no command, cut between words."""
    assert title_of(message) == title


@given(st.text(max_size=400))
def test_a_title_is_short_and_one_line(text: str) -> None:
    """Whatever was said, and whatever a model wrote."""
    for title in (title_of(text), tidied(text)):
        assert len(title) <= TITLE_CHARACTERS_MAX
        assert "\n" not in title


@pytest.mark.parametrize(
    ("reply", "title"),
    [
        ('"A Trip to Rome"', "A Trip to Rome"),
        ("# A Trip\nmore", "A Trip"),
        ("\n\n**Title: A Trip.**", "A Trip"),
        ("", ""),
    ],
)
def test_a_models_title_is_tidied(reply: str, title: str) -> None:
    """Quotation marks, headings and chatter are no part of it."""
    assert tidied(reply) == title


def test_all_speak_one_after_the_other() -> None:
    """And then from the beginning."""
    said: list[Said] = []
    for _ in range(4):
        said.append(Said(next_in_order([ADA, BOB, CY], said), "…"))
    assert [one.persona_id for one in said] == ["ada", "bob", "cy-1", "ada"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Bob and @ada?", ["bob", "ada"]),
        ("@Bob, what does Ada think?", ["bob"]),
        ("Ada? Bob?", ["ada", "bob"]),
        ("What would @cy-1 say?", ["cy-1"]),
        ("Adam, Bobby", []),
        ("ADA!", ["ada"]),
        ("nobody", []),
    ],
)
def test_who_is_spoken_to(text: str, named: list[str]) -> None:
    """By an "@" if there is one, else by name; whole words, in the order of the text."""
    assert addressed([ADA, BOB, CY], text) == named


def test_who_is_spoken_to_answers() -> None:
    """First whom the user named, then whom a speaker named, then nobody; unnamed, the first one."""
    everybody = [ADA, BOB, CY]
    assert next_addressed(everybody, "Hello", []) == "ada"
    assert next_addressed(everybody, "@Bob @Cy?", []) == "bob"
    assert next_addressed(everybody, "@Bob @Cy?", [Said("bob", "Hm.")]) == "cy-1"
    assert next_addressed(everybody, "@Bob?", [Said("bob", "Ask @Ada.")]) == "ada"
    assert next_addressed(everybody, "@Bob?", [Said("bob", "I, Bob, know.")]) is None


@given(
    st.sampled_from(["", "<think>", "  <think>", "<thinking>", "<"]),
    st.text(max_size=40),
    st.sampled_from(["", "</think>", "</think>\n\n", "</thi"]),
    st.text(max_size=40),
    st.lists(st.integers(0, 120), max_size=8),
)
def test_thoughts_are_told_apart_wherever_the_pieces_end(
    opening: str, thought: str, closing: str, answer: str, cuts: list[int]
) -> None:
    """Cut anywhere, the same text says and thinks the same."""
    text = opening + thought + closing + answer
    ends = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    parts = [text[a:b] for a, b in pairwise(ends)]

    assert _told(parts) == _told([text])


def _told(parts: list[str]) -> tuple[str, str]:
    splitter = ThoughtSplitter()
    pieces = [piece for part in parts for piece in splitter.feed(part)]
    pieces += splitter.end()
    return "".join(p.reasoning for p in pieces), "".join(p.text for p in pieces)


def test_a_text_without_thoughts_is_told_as_it_is() -> None:
    """Tags in the middle are text like any other."""
    assert _told(["a <think>b</think> c"]) == ("", "a <think>b</think> c")
    assert _told(["<think>why", " not</think>", " yes"]) == ("why not", "yes")


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=20), max_size=6),
    st.sampled_from([b"\n", b"\r\n"]),
    st.lists(st.integers(0, 400), max_size=10),
)
def test_events_are_whole_wherever_the_network_cuts(
    texts: list[str], line_end: bytes, cuts: list[int]
) -> None:
    """Each event's data comes once, in order, complete."""
    body = b"".join(b"data: " + text.encode() + line_end * 2 for text in texts)
    ends = sorted({min(cut, len(body)) for cut in cuts} | {0, len(body)})
    stream = EventStream()
    found = [data for a, b in pairwise(ends) for data in stream.feed(body[a:b])]
    found += stream.end()

    assert found == [text.encode() for text in texts]
