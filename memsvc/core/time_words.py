"""English words for time, as data: what they mean, and the patterns that find them.

In a pattern one blank stands for any white space. Patterns know ASCII only, so that no letter of
another script folds to one of ours and is then missing from a table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dateutil.relativedelta import FR, MO, SU, TH, relativedelta


def pattern(text: str) -> re.Pattern[str]:
    """Return the compiled pattern *text*, in which a blank stands for any white space."""
    return re.compile(text.replace(" ", r"\s+"), re.IGNORECASE | re.ASCII)


def _any(words: object) -> str:
    """Return the alternation of *words*, the longer first, so that none hides behind its start."""
    return "|".join(sorted(map(str, words), key=len, reverse=True))  # type: ignore[call-overload]
