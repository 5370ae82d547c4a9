"""A first guess at how much something matters, from the role and the text alone.

The guess is independent of age and of any model, in [0, 1], and adds up from few signals so that a
person can foresee it: 0.5 for a plain statement of the user, less for other roles, more where the
text asks to be remembered or speaks of plans, numbers and likings, less for questions and fillers.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from memsvc.core.lexical import each_term
from memsvc.core.model import Role

#: Where the guess starts. What the user says about themselves matters most to a memory of the user.
ROLE_BASE: Final = {Role.USER: 0.5, Role.ASSISTANT: 0.35, Role.SYSTEM: 0.3, Role.TOOL: 0.25}
#: Where the guess for a note starts: somebody took the trouble to write it.
NOTE_BASE: Final = 0.7
#: Where it starts for a fact that was drawn, and for one that belongs to the conscious memory.
FACT_BASE: Final = 0.6
ESSENTIAL_FACT_BASE: Final = 0.8
#: Texts with fewer terms than this seldom say anything of their own.
FILLER_TERMS: Final = 3

_MARK = re.compile(
    r"^(remember|important)\b|[.!] remember\b|\b(please remember|(don't|never) forget|note that|"
    r"keep in mind|(it's|it is|this is) important)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(my name|i'm|i am|i live|i work|i moved|i love|i hate|i prefer|my (wife|husband|son|daughter|"
    r"mother|father|sister|brother|dog|cat|birthday|job)|allerg\w+|married|engaged|pregnant)\b",
    re.IGNORECASE,
)
_CONCRETE = re.compile(
    r"\d|\b(tomorrow|next|last|january|february|march|april|june|july|august|"
    r"september|october|november|december)\b",
    re.IGNORECASE,
)


def first_guess(text: str, base: float) -> float:
    """Return the guess for *text* that starts from *base*, in [0, 1]."""
    guess = base
    guess += 0.25 if _MARK.search(text) else 0.0
    guess += 0.1 if _PERSONAL.search(text) else 0.0
    guess += 0.05 if _CONCRETE.search(text) else 0.0
    guess -= 0.15 if _is_filler(text) else 0.0
    guess -= 0.05 if text.rstrip().endswith("?") else 0.0
    return min(max(guess, 0.0), 1.0)


def _is_filler(text: str) -> bool:
    """Return whether *text* has too few terms; no more of it is read than it takes to tell."""
    return len(list(islice(each_term(text), FILLER_TERMS))) < FILLER_TERMS
