"""The demo: a real server, a long conversation, questions about it, what was found, and a life told.

`python -m examples.demo [--data FILE] [--target HOST:PORT] [--json]`, from the repository's root.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from examples.demo_life import live, print_life
from examples.demo_report import (
    PARTS,
    Answer,
    Hit,
    Ingested,
    Places,
    Report,
    Shown,
    draw_chart,
    print_ending,
    print_report,
    shortened,
    summary_json,
    write_report,
)
from examples.demo_server import DemoFailed, fresh_folder, server
from examples.locomo import (
    CUTS,
    Conversation,
    LayoutInvalid,
    Question,
    Turn,
    phrase_of,
    read_conversations,
)
from examples.usual_hybrid import Found, baselines, texts_to_embed
from memsvc_client import (
    ExtractionMode,
    MemoryClient,
    MemsvcError,
    Message,
    RecallResponse,
    ScoredMemory,
    SearchMode,
)

MESSAGES_MAX: Final = 100
INGEST_TIMEOUT_SECONDS: Final = 60
SHOWN: Final = 3
#: Of a console that is no terminal, where the tables would be cut to 80 columns.
FILE_WIDTH: Final = 160


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    data: Path
    data_dir: Path
    target: str | None
    report_dir: Path
    model_dir: Path
    as_json: bool

    @property
    def server_dir(self) -> Path:
        """Where the demo's own server keeps its data."""
        return self.data_dir / "data"


def options_of(arguments: Sequence[str]) -> Options:
    """Return the options that the *arguments* of the command line give."""
    parser = argparse.ArgumentParser(prog="python -m examples.demo", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, default=Path("examples/conversation/a_year.json"), metavar="FILE")
    add("--data-dir", type=Path, default=Path("var/demo"), metavar="DIR")
    add("--target", metavar="HOST:PORT", help="a running server, instead of one of the demo's own")
    add("--report-dir", type=Path, metavar="DIR", help="default: report in the data folder")
    add("--json", action="store_true", help="print the figures as JSON instead of tables")
    given = parser.parse_args(arguments)
    return Options(
        data=given.data,
        data_dir=given.data_dir,
        target=given.target,
        report_dir=given.report_dir or given.data_dir / "report",
        model_dir=Path(os.environ.get("MEMSVC_MODEL_DIR") or "var/models"),
        as_json=given.json,
    )


def main(arguments: Sequence[str]) -> int:
    """Run the demo and return its exit status."""
    # Without this, the end of the demo would leave its server behind.
    signal.signal(signal.SIGTERM, _exit_on_signal)
    try:
        run(options_of(arguments))
    except (DemoFailed, LayoutInvalid, MemsvcError, OSError) as error:
        Console(stderr=True).print(Text(f"The demo failed: {error}", style="red"), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def _exit_on_signal(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def run(options: Options) -> None:
    """Fill a server, ask it, compare it, and report."""
    started = time.monotonic()
    progress = Console(stderr=True)
    conversations = _conversations(options.data)
    asked = [conversation for conversation in conversations if conversation.questions]
    with _target(options, progress) as target, MemoryClient(target) as client:
        ingested = ingest(client, conversations, progress)
        answers, last_reply = ask(client, asked, progress)
        shown = tuple(show(client, asked[0]))
        life = live(client)
    found = compare(asked, options.model_dir, progress)
    report = Report(
        data=str(options.data),
        conversations=len(conversations),
        ingested=ingested,
        answers=tuple(answers),
        weights={part: getattr(last_reply.weights, part) for part in PARTS},
        baselines=found,
        shown=shown,
        seconds=0.0,
    )
    options.report_dir.mkdir(parents=True, exist_ok=True)
    draw_chart(report, options.report_dir)
    report = replace(report, seconds=time.monotonic() - started)
    write_report(report, options.report_dir)
    if options.as_json:
        figures = summary_json(report) | {"life": life.as_json()}
        print(json.dumps(figures, indent=1, ensure_ascii=False))
        return
    output = Console() if sys.stdout.isatty() else Console(width=FILE_WIDTH)
    print_report(output, report)
    print_life(output, life)
    places = Places(options.report_dir, options.server_dir, options.target)
    print_ending(output, report, places)


def _conversations(path: Path) -> list[Conversation]:
    if not path.is_file():
        message = f"there is no file {path}"
        raise DemoFailed(message)
    return read_conversations(path)


@contextmanager
def _target(options: Options, progress: Console) -> Generator[str]:
    """Give the address of the server to ask, starting one unless there is one."""
    if options.target:
        yield options.target
        return
    fresh_folder(options.server_dir)
    log_file = options.data_dir / "server.log"
    with server(options.server_dir, options.model_dir, log_file, progress) as target:
        yield target


@contextmanager
def progress_bar(progress: Console, label: str, total: int) -> Generator[tuple[Progress, TaskID]]:
    """Show a bar and give it with its task."""
    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=progress) as bar:
        yield bar, bar.add_task(label, total=total)


def ingest(
    client: MemoryClient, conversations: Sequence[Conversation], progress: Console
) -> Ingested:
    """Store every turn; those that the server already has are duplicates."""
    total = sum(len(conversation.turns) for conversation in conversations)
    duplicates, started = 0, time.monotonic()
    with progress_bar(progress, "storing messages", total) as (bar, task):
        for conversation in conversations:
            for turns in conversation.batches(MESSAGES_MAX):
                reply = client.ingest(
                    user_id=conversation.sample_id,
                    conversation_id=turns[0].session_id,
                    messages=[message_of(conversation.sample_id, turn) for turn in turns],
                    # The questions are about turns: facts would only take places from them.
                    extraction=ExtractionMode.EXTRACTION_MODE_NONE,
                    timeout=INGEST_TIMEOUT_SECONDS,
                )
                duplicates += sum(result.duplicate for result in reply.results)
                bar.advance(task, len(turns))
    return Ingested(total, duplicates, time.monotonic() - started)


def message_of(sample_id: str, turn: Turn) -> Message:
    """Return a turn as a message, with the same id in every run."""
    said = Timestamp()
    said.FromDatetime(turn.said_time)
    message = Message(
        message_id=f"{sample_id}:{turn.turn_id}",
        author=turn.speaker,
        content=turn.content,
        event_time=said,
    )
    message.metadata.update({"dia_id": turn.turn_id})
    return message


def ask(
    client: MemoryClient, conversations: Sequence[Conversation], progress: Console
) -> tuple[list[Answer], RecallResponse]:
    """Ask every question; return the answers, and the last reply as it came."""
    answers, reply = [], RecallResponse()
    total = sum(len(conversation.questions) for conversation in conversations)
    with progress_bar(progress, "asking questions", total) as (bar, task):
        for conversation in conversations:
            for question in conversation.questions:
                started = time.perf_counter()
                reply = client.recall(
                    user_id=conversation.sample_id,
                    query=question.text,
                    limit=CUTS[-1],
                    explain=True,
                )
                seconds = time.perf_counter() - started
                answers.append(_answer(conversation.sample_id, question, reply, seconds))
                bar.advance(task)
    return answers, reply


def _answer(sample_id: str, question: Question, reply: RecallResponse, seconds: float) -> Answer:
    found = tuple(_turn_id(sample_id, result) for result in reply.results)
    first = _hit(sample_id, reply.results[0]) if reply.results else None
    reasons = tuple(reply.degraded_reasons)
    return Answer(sample_id, question, found, first, seconds, reasons)


def _hit(sample_id: str, result: ScoredMemory) -> Hit:
    return Hit(
        turn_id=_turn_id(sample_id, result),
        text=result.memory.content,
        score=result.score,
        parts={part: getattr(result.breakdown, part) for part in PARTS},
        matched_terms=tuple(result.matched_terms),
    )


def _turn_id(sample_id: str, result: ScoredMemory) -> str:
    """Return the turn that a memory is, "" if it is none; it keeps its place in the ranking."""
    prefix = f"{sample_id}:"
    sources = [i for i in result.memory.source_message_ids if i.startswith(prefix)]
    return sources[0].removeprefix(prefix) if sources else ""


def show(client: MemoryClient, conversation: Conversation) -> Iterator[Shown]:
    """Yield a full-text search, a hybrid one and the conscious memory of a conversation's user."""
    user_id, question = conversation.sample_id, conversation.questions[0]
    evidence = next(t.content for t in conversation.turns if t.turn_id == question.evidence[0])
    phrase = phrase_of(evidence) or conversation.turns[0].speaker
    for mode, query in (
        (SearchMode.SEARCH_MODE_FULL_TEXT, f'"{phrase}"'),
        (SearchMode.SEARCH_MODE_HYBRID, question.text),
    ):
        page = next(client.search(user_id=user_id, query=query, mode=mode, page_size=SHOWN).pages())
        hits = [
            f"{hit.score:.2f}  {hit.message.author}: {' '.join(hit.snippet.split())}"
            for hit in page.results
        ]
        name = SearchMode.Name(mode).removeprefix("SEARCH_MODE_")
        more = ["… and a next page"] if page.next_page_token else []
        yield Shown(f"Search {name}: {query}", tuple(hits + more or ["nothing found"]))
    mind = client.conscious(user_id=user_id, max_memories=SHOWN)
    block = [shortened(line, FILE_WIDTH - 4) for line in mind.context_block.splitlines()]
    yield Shown("Conscious: what to put before a language model at the start", tuple(block))


def compare(conversations: Sequence[Conversation], model_dir: Path, progress: Console) -> Found:
    """Return what the baselines find for the same questions."""
    with progress_bar(progress, "ranking baselines", texts_to_embed(conversations)) as (bar, task):
        return asyncio.run(
            baselines(conversations, model_dir, lambda count: bar.advance(task, count))
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
