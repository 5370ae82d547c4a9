"""What a server has acknowledged of an import, kept beside it until the import is done."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from memsvc.cli.sending import Outcome

#: How many faults are kept to be shown.
LISTED_MAX: Final = 20


class JournalUnusable(Exception):
    """The journal cannot be read or written; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """How far an import has come, and what became of it so far."""

    #: Of the file, in order, those that are not sent as well.
    entries: int = 0
    #: Sent, whatever became of them.
    sent: int = 0
    stored: int = 0
    duplicates: int = 0
    refused: int = 0
    #: The first refused messages: where they stand, and why.
    listed: tuple[tuple[str, str], ...] = ()

    def after(self, entries: int, messages: int, outcome: Outcome) -> Acknowledged:
        """Return the state after so many more *entries* and *messages*, with their *outcome*."""
        return Acknowledged(
            entries=self.entries + entries,
            sent=self.sent + messages,
            stored=self.stored + outcome.stored,
            duplicates=self.duplicates + outcome.duplicates,
            refused=self.refused + len(outcome.refused),
            listed=(*self.listed, *outcome.refused)[:LISTED_MAX],
        )


@dataclass(frozen=True, slots=True)
class Journal:
    """A file with the state of one import."""

    path: Path
    #: Of which import: of which file, to which server, as whom.
    key: str

    def load(self, *, restart: bool) -> Acknowledged | None:
        """Return the state of an interrupted import; None if there is none or for a *restart*.

        Raise JournalUnusable for a file that is no journal, and for another import's without
        *restart*: neither must be written over.
        """
        try:
            held: Any = json.loads(self.path.read_bytes())
            key = held["import"]
            state = Acknowledged(**held["state"])
            listed = tuple((str(place), str(reason)) for place, reason in state.listed)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise JournalUnusable(self._sentence("cannot be read", error)) from error
        except (ValueError, TypeError, KeyError) as error:
            message = f"{self.path} is not a journal; choose another path with --journal."
            raise JournalUnusable(message) from error
        if restart:
            return None
        if key != self.key:
            message = f"{self.path} is the journal of another import; --restart replaces it."
            raise JournalUnusable(message)
        return replace(state, listed=listed)

    def save(self, state: Acknowledged) -> None:
        """Keep *state* instead of the former one: after a crash, one of them is there in full."""
        fresh = self.path.with_name(f"{self.path.name}.new")
        text = json.dumps({"import": self.key, "state": asdict(state)})
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self.path)
        except OSError as error:
            raise JournalUnusable(self._sentence("cannot be written", error)) from error

    def remove(self) -> None:
        """Forget the import: it is done."""
        self.path.unlink(missing_ok=True)

    def _sentence(self, what: str, error: OSError) -> str:
        return f"The journal {self.path} {what}: {error.strerror or error}."
