"""What came of it: languages and scenarios as a table, printed and kept in docs/clients.md."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from tests.conformance.drivers import LANGUAGES, ROOT
from tests.conformance.scenarios import all_scenarios

PAGE: Final = ROOT / "docs" / "clients.md"
BEGIN: Final = "<!-- conformance: made by `make conformance` -->\n"
END: Final = "<!-- end of conformance -->\n"
PASSED: Final = "✓"
FAILED: Final = "✗"
#: The client lacks what the scenario needs: see the page.
NOT_POSSIBLE: Final = "–"


class Outcomes:
    """How each scenario ended in each language."""

    def __init__(self) -> None:
        """Begin with nothing played."""
        self._marks: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, scenario: str, language: str, mark: str) -> None:
        """Note how *scenario* ended in *language*."""
        self._marks[scenario][language] = mark

    @property
    def is_begun(self) -> bool:
        """Whether anything was played."""
        return bool(self._marks)

    @property
    def is_complete(self) -> bool:
        """Whether every scenario was played in every language, or cannot be."""
        return all(
            language.title in self._marks[scenario.name]
            for scenario in all_scenarios()
            for language in LANGUAGES
        )

    def table(self) -> str:
        """Return the table in Markdown."""
        titles = [language.title for language in LANGUAGES]
        scenarios = {scenario.name: scenario.law for scenario in all_scenarios()}
        lines = [
            "| Scenario | " + " | ".join(titles) + " |",
            "|---|" + ":-:|" * len(titles),
            *(
                f"| {name.replace('_', ' ')} | "
                + " | ".join(self._marks[name].get(title, "") for title in titles)
                + " |"
                for name in scenarios
            ),
        ]
        return "\n".join(lines) + "\n"

    def write(self) -> None:
        """Put the table into the page."""
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(before + BEGIN + self.table() + END + after, "utf-8")


def documented() -> str:
    """Return the table that stands in the page."""
    return PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
