"""The table that is kept is the one of this run."""

from __future__ import annotations

import pytest

from tests.conformance.drivers import LANGUAGES
from tests.conformance.scenarios import all_scenarios
from tests.conformance.table import Outcomes, documented


def test_the_documented_table_is_the_right_one(
    outcomes: Outcomes, pytestconfig: pytest.Config
) -> None:
    """docs/clients.md names every language and scenario; after a whole run, with these very ends."""
    if pytestconfig.getoption("--write-table"):
        return
    lines = documented().splitlines()
    head = [cell.strip() for cell in lines[0].strip("|").split("|")]
    rows = [line.split("|")[1].strip() for line in lines[2:]]

    assert head[1:] == [language.title for language in LANGUAGES]
    assert rows == [scenario.name.replace("_", " ") for scenario in all_scenarios()]
    if outcomes.is_complete:
        assert documented() == outcomes.table()
