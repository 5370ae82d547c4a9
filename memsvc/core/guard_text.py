"""The forms of a text that the guard looks at: as it reads, without disguise, decoded."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import unquote

from memsvc.core.hidden_characters import BIDI_OVERRIDES, TAGS, visible

#: So many encoded pieces of a text are decoded, each up to so many characters.
PIECES_MAX: Final = 8
PIECE_LENGTH_MAX: Final = 4_000
#: So many characters without width may follow each other.
ZERO_WIDTH_MAX: Final = 6
#: Of a decoded piece so much is to be text, to count as one.
TEXT_SHARE_MIN: Final = 0.9

#: So far around disguised words another reading of a text goes.
NEAR_CHARACTERS: Final = 300

#: Letters of other scripts that look like Latin ones.
_LOOKALIKES: Final = str.maketrans(
    "аеорсухіјѕһԁԛԝвкмнтαερουνικτϲ",
    "aeopcyxijshdqwbkmhtaepouviktc",
)
_LOOKALIKE: Final = re.compile(r"[\u0370-\u052f]")
_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
#: Letters and figures in one word; an exclamation mark behind a word is none.
_LEET_WORD: Final = re.compile(
    r"(?<![\w@$])(?=[a-z@$!|]{0,12}[0-9@$|]|[a-z@$|]{0,12}![a-z])(?=[0-9@$!|]{0,12}[a-z])[a-z0-9@$!|]{3,14}(?!\w|\.\w)"
)
#: Latin letters beside those of another script.
_MIXED_WORD: Final = re.compile(
    r"(?<![a-z\u0370-\u052f])(?:[a-z]{1,30}+[\u0370-\u052f]|[\u0370-\u052f]{1,30}+[a-z])[a-z\u0370-\u052f]{0,60}+"
)
#: Single letters with the same kind of gap between them.
_SPACED: Final = re.compile(r"(?<!\w)(?:\w[ ._*-]{1,3}+){5,120}\w(?!\w)")
_GAPS: Final = re.compile(r"[ ._*-]{1,3}+")
_BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,4000}+={0,2}")
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])(?:0x)?[0-9a-fA-F]{40,4000}+(?![0-9A-Za-z])")
_PERCENT: Final = re.compile(r"(?:%[0-9a-fA-F]{2}){8,1000}+")
#: Letters by their numbers, as programs and web pages have them.
_ESCAPES: Final = re.compile(
    r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|&#x?[0-9a-fA-F]{2,6};){2,500}+"
)
_ESCAPE: Final = re.compile(r"(?:\\u|\\x|&#x)([0-9a-fA-F]{2,6})|&#([0-9]{2,6})")
#: Letters by their bits.
_BITS: Final = re.compile(r"[01]{8} ?(?:[01]{8} ?){5,500}+(?![01])")
_BASE32: Final = re.compile(r"[A-Z2-7]{24,4000}+={0,6}")
#: Words of an attack, each letter moved by half the alphabet, and backwards.
_ROT13: Final = (
    "vtaber",
    "qvfertneq",
    "sbetrg",
    "vafgehpgvba",
    "flfgrz cebzcg",
    "nffvfgnag",
    "ehyrf",
    "rot13",
    "rot 13",
)
_BACKWARDS: Final = (
    "erongi",
    "dragersid",
    "noitcurtsni",
    "tpmorp metsys",
    "tnatsissa",
    "selur",
    "backward",
    "reverse",
)
_OVERRIDES: Final = re.compile(f"[{BIDI_OVERRIDES}]")
#: Flags of regions are written with tags behind a black flag.
_FLAG: Final = re.compile(r"\U0001f3f4[\U000e0020-\U000e007f]{1,8}")
_TAGS: Final = re.compile(f"[{TAGS}]")
_UNSEEN: Final = re.compile(r"[\u200b\u200c\u200d\u2060-\u2064\ufeff]++")
#: A split word: something without width between two Latin letters.
_SPLIT: Final = re.compile(r"[A-Za-z<][\u00ad\u200b\u200c\u200d\u2060\ufeff]{1,4}[A-Za-z|]")


def folded(text: str) -> str:
    """Return *text* in lower case, compatible characters made one, without what nobody sees."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", visible(text)).lower()
    return plain.replace("\u2019", "'")


def disguised(plain: str) -> Iterator[tuple[str, str]]:
    """Yield other readings of a folded text: lookalike letters, figures for letters, spaced letters.

    A reading is of what stands around the disguised words, not of what is said elsewhere; before it stands the
    same as it is written.
    """
    latin = plain
    if _LOOKALIKE.search(plain):
        latin = plain.translate(_LOOKALIKES)
        yield from _around(_MIXED_WORD, plain, lambda word: word.group().translate(_LOOKALIKES))
    yield from _around(_LEET_WORD, latin, lambda word: word.group().translate(_LEET))
    yield from _around(_ESCAPES, latin, lambda piece: _from_escapes(piece.group()))
    yield from _around(_SPACED, latin, lambda run: _GAPS.sub("", run.group()))


def _around(
    pattern: re.Pattern[str], plain: str, read: Callable[[re.Match[str]], str]
) -> Iterator[tuple[str, str]]:
    """Yield what stands around the matches of *pattern*, and with these read otherwise; what is near as one."""
    start = last = -1
    pieces: list[str] = []
    for found in pattern.finditer(plain):
        if start >= 0 and found.start() - last > 2 * NEAR_CHARACTERS:
            end = last + NEAR_CHARACTERS
            yield plain[start:end], "".join([*pieces, plain[last:end]])
            start = -1
        if start < 0:
            start = last = max(found.start() - NEAR_CHARACTERS, 0)
            pieces = []
        pieces += [plain[last : found.start()], read(found)]
        last = found.end()
    if start >= 0:
        end = last + NEAR_CHARACTERS
        yield plain[start:end], "".join([*pieces, plain[last:end]])


def decoded(text: str) -> Iterator[str]:
    """Yield what the encoded pieces of *text* say, where they say something."""
    count = 0
    for pattern, decode in (
        (_BASE64, _from_base64),
        (_HEX, _from_hex),
        (_PERCENT, unquote),
        (_ESCAPES, _from_escapes),
        (_BITS, _from_bits),
        (_BASE32, _from_base32),
    ):
        for match in pattern.finditer(text):
            if count >= PIECES_MAX:
                return
            count += 1
            inner = decode(match.group()[:PIECE_LENGTH_MAX])
            if inner and _is_text(inner):
                yield inner
    tags = "".join(chr(ord(tag) & 0x7F) for tag in _TAGS.findall(_FLAG.sub("", text)))
    if tags:
        yield tags
    lowered = text.lower()
    if any(word in lowered for word in _ROT13):
        yield codecs.decode(text[:PIECE_LENGTH_MAX], "rot13")
    if any(word in lowered for word in _BACKWARDS) or _OVERRIDES.search(text):
        yield visible(text[:PIECE_LENGTH_MAX])[::-1]


def hidden_share(text: str) -> float:
    """Return from 0 to 1 how much speaks for text that is to be read by machines only."""
    if text.isascii():
        return 0.0
    if _TAGS.search(_FLAG.sub("", text)):
        return 1.0
    overrides = len(_OVERRIDES.findall(text))
    unseen = max((len(run) for run in _UNSEEN.findall(text)), default=0)
    letters = sum(1 for _ in _SPLIT.finditer(text))
    if overrides and not _right_to_left(text):
        return 1.0
    if letters > 2 or unseen > ZERO_WIDTH_MAX:  # ruff: ignore[magic-value-comparison] - plain numbers
        return 1.0
    return 0.0


def _right_to_left(text: str) -> bool:
    return bool(re.search(r"[\u0590-\u08ff]", text))


def _is_text(inner: str) -> bool:
    shown = sum(character.isprintable() or character.isspace() for character in inner)
    return shown >= TEXT_SHARE_MIN * len(inner)


def _from_base64(piece: str) -> str:
    standard = piece.rstrip("=").replace("-", "+").replace("_", "/")
    standard = standard[: len(standard) - (len(standard) % 4 == 1)]
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _from_hex(piece: str) -> str:
    digits = piece.removeprefix("0x")
    try:
        return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("utf-8")
    except ValueError:
        return ""


def _from_escapes(piece: str) -> str:
    return _ESCAPE.sub(_character, piece).replace(";", "")


def _character(escape: re.Match[str]) -> str:
    number = int(escape[1], 16) if escape[1] else int(escape[2])
    return chr(number) if number <= sys.maxunicode else ""


def _from_bits(piece: str) -> str:
    digits = piece.replace(" ", "")
    numbers = (int(digits[place : place + 8], 2) for place in range(0, len(digits) - 7, 8))
    return bytes(numbers).decode("utf-8", errors="replace")


def _from_base32(piece: str) -> str:
    digits = piece.rstrip("=")
    try:
        return base64.b32decode(digits[: len(digits) // 8 * 8]).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
