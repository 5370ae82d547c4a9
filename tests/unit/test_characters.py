"""Text that can be stored: whole characters, however they were cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memsvc.core.characters import CharacterStream, is_storable, storable

#: Characters that are likely to matter: halves of pairs, NUL, and whole ones of every length.
TEXTS = st.lists(st.sampled_from("\ud83d\ude00\udfff\ud800\0aé日😀\ufeff")).map("".join)


@given(TEXTS)
def test_what_is_made_storable_is_so(text: str) -> None:
    """The database and the wire take it, and what they would have taken anyway is unchanged."""
    assert is_storable(storable(text))
    if is_storable(text):
        assert storable(text) == text


@given(st.lists(TEXTS))
def test_cuts_do_not_matter(pieces: list[str]) -> None:
    """Piece by piece comes out what comes out of the whole."""
    stream = CharacterStream()
    joined = "".join([stream.feed(piece) for piece in pieces]) + stream.end()

    assert joined == storable("".join(pieces))


def test_halves_that_meet_become_one() -> None:
    """A pair of halves is the character that it stands for; a half without the other is replaced."""
    assert storable("\ud83d\ude00") == "😀"
    assert storable("a\ud83d b\ude00\0") == "a\ufffd b\ufffd\ufffd"
