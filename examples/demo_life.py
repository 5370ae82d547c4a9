"""A life in the demo: a move, a new job and allergies, told over a year, and what the server makes of it.

No language model is asked. The timeline and the conscious memory are shown after the first half of the
year and at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.table import Table

from memsvc_client import Memory, MemoryClient, Message

USER: Final = "demo-life"
#: What is told, by the day on which it is said; the last one is about a time long before.
SPRING: Final = (
    ("2025-01-10", "Hi! My name is Ana and I live in San Francisco."),
    ("2025-01-12", "I work at Nvidia as a chip designer."),
    ("2025-02-03", "I'm allergic to peanuts, so no satay for me."),
    ("2025-03-15", "I love hiking. My sister Eva lives in Lisbon."),
)
AUTUMN: Final = (
    ("2025-06-20", "I moved to Dallas last week."),
    ("2025-08-01", "I left Nvidia yesterday."),
    ("2025-08-04", "I started at Texas Instruments. I work as a project lead there."),
    ("2025-10-05", "I'm allergic to shellfish too."),
    ("2025-11-01", "I might move to Paris some day."),
    ("2024-05-01", "I live in Oakland."),
)
QUESTION: Final = "Where does the user live?"
ASKED_OF: Final = ("2025-03-01", "2025-12-01")
TIMEOUT_SECONDS: Final = 60.0
_STATES: Final = ("", "is so", "was so", "will be", "again and again")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the timeline."""

    slot: str
    content: str
    state: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Moment:
    """What the server knows at one time of the telling."""

    told: str
    timeline: tuple[Fact, ...]
    conscious: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class Life:
    """The telling as a whole."""

    moments: tuple[Moment, ...]
    #: The question, and the best answer as of each day that it is asked of.
    question: str
    answers: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return asdict(self)


def live(client: MemoryClient) -> Life:
    """Tell the life; return what the server makes of it."""
    moments = (_told(client, "in spring", SPRING), _told(client, "in autumn", AUTUMN))
    answers = []
    for day in ASKED_OF:
        reply = client.recall(
            user_id=USER,
            query=QUESTION,
            kinds=["MEMORY_KIND_FACT"],
            as_of_time=_timestamp(day),
            limit=1,
        )
        answers.append((day, reply.results[0].memory.content if reply.results else ""))
    return Life(moments, QUESTION, tuple(answers))


def _told(client: MemoryClient, name: str, lines: Sequence[tuple[str, str]]) -> Moment:
    for day, text in lines:
        client.ingest(
            user_id=USER,
            conversation_id=f"life-{day}",
            messages=[Message(content=text, event_time=_timestamp(day))],
            extraction="EXTRACTION_MODE_SYNC",
            timeout=TIMEOUT_SECONDS,
        )
    job_id = client.consolidate(user_id=USER).job_id
    for _ in client.watch_job(job_id=job_id, timeout=TIMEOUT_SECONDS):
        pass
    conscious = client.conscious(user_id=USER, max_memories=8)
    return Moment(
        name,
        tuple(_fact(memory) for memory in client.list_memory_timeline(user_id=USER)),
        tuple(memory.content for memory in conscious.memories if memory.essential),
        conscious.profile.summary,
    )


def _timestamp(day: str) -> Timestamp:
    time = Timestamp()
    time.FromDatetime(datetime.fromisoformat(day).replace(tzinfo=UTC))
    return time


def _fact(memory: Memory) -> Fact:
    until = memory.valid_to_time.ToDatetime().date() if memory.HasField("valid_to_time") else ""
    return Fact(
        memory.slot,
        memory.content,
        "over" if memory.superseded_by else _STATES[memory.temporal_state],
        str(memory.valid_from_time.ToDatetime().date()),
        str(until),
    )


def print_life(console: Console, life: Life) -> None:
    """Print the timelines, what is essential, and the answers."""
    for moment in life.moments:
        table = Table(
            "slot", "fact", "", "since", "until", title=f"What was told {moment.told}: the timeline"
        )
        for fact in moment.timeline:
            style = "dim" if fact.state == "over" else ""
            table.add_row(fact.slot, fact.content, fact.state, fact.since, fact.until, style=style)
        console.print(table)
        console.print(f"[bold]Conscious[/] then: {' '.join(moment.conscious)}")
        console.print(f"[bold]Profile[/] then: {moment.summary}\n")
    for day, answer in life.answers:
        console.print(f"[bold]{life.question}[/] As of {day}: {answer}")
    console.print()
