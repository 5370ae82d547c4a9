"""The journal: kept in full or not at all, and never written over what is not one."""

from __future__ import annotations

from pathlib import Path

import pytest

from memsvc.cli.journal import LISTED_MAX, Acknowledged, Journal, JournalUnusable
from memsvc.cli.sending import Outcome


def test_what_was_kept_is_found_again_until_it_is_removed(tmp_path: Path) -> None:
    """A journal holds its state across runs; once removed, or for a restart, there is none."""
    journal = Journal(tmp_path / "a" / "b.json", "key")
    refused = [(f"line {number}", "as planned") for number in range(30)]
    state = Acknowledged().after(40, 35, Outcome(4, 1, refused))

    assert journal.load(restart=False) is None
    journal.save(state)
    assert journal.load(restart=False) == state
    assert (state.refused, len(state.listed)) == (30, LISTED_MAX)
    assert journal.load(restart=True) is None
    journal.remove()
    journal.remove()
    assert journal.load(restart=False) is None


def test_another_imports_journal_is_only_replaced_on_demand(tmp_path: Path) -> None:
    """A journal at a path of one's own belongs to one import; --restart gives it to another."""
    path = tmp_path / "journal"
    Journal(path, "one").save(Acknowledged(5, 5, 5))

    with pytest.raises(JournalUnusable, match="another import"):
        Journal(path, "two").load(restart=False)
    assert Journal(path, "two").load(restart=True) is None


@pytest.mark.parametrize(
    "content", ['{"content": "a"}', "[]", "tea", '{"import": 1, "state": {"x": 1}}']
)
@pytest.mark.parametrize("restart", [True, False])
def test_a_file_that_is_no_journal_is_left_alone(
    tmp_path: Path, content: str, *, restart: bool
) -> None:
    """Who names the wrong file as the journal does not lose it."""
    path = tmp_path / "talk.jsonl"
    path.write_text(content)

    with pytest.raises(JournalUnusable, match="not a journal"):
        Journal(path, "key").load(restart=restart)
    assert path.read_text() == content


def test_a_place_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    """Folders that cannot be made and files that cannot be read say so."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(JournalUnusable, match="cannot be written"):
        Journal(tmp_path / "file" / "journal", "key").save(Acknowledged())
    with pytest.raises(JournalUnusable, match="cannot be read"):
        Journal(tmp_path, "key").load(restart=False)
