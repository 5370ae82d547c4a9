"""Text that can be stored and sent: without NUL, and without half characters (lone surrogates)."""

from __future__ import annotations

import codecs
from typing import Final

#: What stands for what is no character.
REPLACEMENT: Final = "\ufffd"
#: In which a character outside the first plane is a pair of surrogates (RFC 2781).
_IN_PAIRS: Final = "utf-16-le"


def is_storable(text: str) -> bool:
    """Return whether *text* is without NUL and without half characters."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def storable(text: str) -> str:
    """Return *text* with its pairs of halves put together and REPLACEMENT for what is no character."""
    pieces = CharacterStream()
    return pieces.feed(text) + pieces.end()


class CharacterStream:
    """Makes a text storable that comes piece by piece, cut between the halves of a character too."""

    def __init__(self) -> None:
        """Begin before the first piece."""
        self._decoder = codecs.getincrementaldecoder(_IN_PAIRS)("replace")

    def feed(self, piece: str) -> str:
        """Return what is certain of *piece*; what may be the first half of a character is held back."""
        decoded = self._decoder.decode(piece.encode(_IN_PAIRS, "surrogatepass"))
        return decoded.replace("\0", REPLACEMENT)

    def end(self) -> str:
        """Return REPLACEMENT for a half that was held back."""
        return self._decoder.decode(b"", final=True)
