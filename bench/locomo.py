"""How well Recall finds the turns that answer a question, beside the usual rankers.

`python -m bench.locomo --data FILE [--target HOST:PORT] [--json OUT] [--limit 20] [--no-ablations]
[--facts] [--report DIR]`, from the repository's root. FILE is in the layout of LoCoMo (Maharana et al. 2024,
arXiv:2402.17753). Without a target a server is started on a folder of its own. The key of a server
that wants one is read from MEMSVC_API_KEY. No text of the file gets into any report.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.ablations import ABLATIONS, weights_without
from bench.bootstrap import RESAMPLES, SEED
from bench.command import add_destinations, carry_out
from bench.comparison import OURS, compared
from bench.figures import ANY_CUT, DEPTH, figure_names, tables_of
from bench.locomo_report import Results, report_of
from bench.rivals import Rivals, texts_to_embed
from bench.server import BenchFailed, end_in_order, running_server
from examples.locomo import Conversation, Turn, read_conversations
from examples.usual_hybrid import Found
from memsvc.core.evaluation import CUTS
from memsvc.providers.local_embedding import LocalEmbedder
from memsvc_client import (
    ExtractionMode,
    MemoryClient,
    Message,
    RankingWeights,
    RecallResponse,
    ScoredMemory,
)

MESSAGES_MAX: Final = 100
TIMEOUT_SECONDS: Final = 60
#: What may change a figure, apart from the data.
PACKAGES: Final = ("memsvc", "bm25s", "numpy", "onnxruntime", "PyStemmer")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    data: Path
    target: str | None
    json: Path | None
    report: Path
    #: How many turns of an answer count.
    limit: int
    ablations: bool
    #: Whether facts are drawn of the turns, which then stand among the results.
    facts: bool = False


@dataclass(frozen=True, slots=True)
class Replies:
    """What Recall answered to all questions, in their order."""

    found: list[tuple[str, ...]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    degraded: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server with the conversations of this run."""

    client: MemoryClient
    #: A server may hold conversations of earlier runs: this run's users are its own.
    suffix: str
    progress: Progress
    extraction: ExtractionMode = ExtractionMode.EXTRACTION_MODE_NONE

    def ingest(self, conversations: Sequence[Conversation]) -> None:
        """Store every turn as a message."""
        total = sum(len(conversation.turns) for conversation in conversations)
        task = self.progress.add_task("storing messages", total=total)
        for conversation in conversations:
            for turns in conversation.batches(MESSAGES_MAX):
                self.client.ingest(
                    user_id=self._user(conversation),
                    conversation_id=turns[0].session_id,
                    messages=[message_of(turn) for turn in turns],
                    extraction=self.extraction,
                    timeout=TIMEOUT_SECONDS,
                )
                self.progress.advance(task, len(turns))

    def ask(
        self, name: str, conversations: Sequence[Conversation], weights: RankingWeights
    ) -> Replies:
        """Ask every question, one after the other."""
        total = sum(len(conversation.questions) for conversation in conversations)
        task = self.progress.add_task(name, total=total)
        replies = Replies()
        for conversation in conversations:
            turn_ids = frozenset(turn.turn_id for turn in conversation.turns)
            for question in conversation.questions:
                started = time.perf_counter()
                reply = self.recall(conversation, question.text, weights)
                replies.seconds.append(time.perf_counter() - started)
                replies.found.append(tuple(turn_id(hit, turn_ids) for hit in reply.results))
                replies.degraded.update(reply.degraded_reasons)
                self.progress.advance(task)
        return replies

    def recall(
        self,
        conversation: Conversation,
        query: str,
        weights: RankingWeights,
        *,
        explain: bool = False,
    ) -> RecallResponse:
        """Ask one question."""
        return self.client.recall(
            user_id=self._user(conversation),
            query=query,
            limit=DEPTH,
            weights=weights,
            explain=explain,
            timeout=TIMEOUT_SECONDS,
        )

    def applied_weights(self, conversations: Sequence[Conversation]) -> dict[str, Any]:
        """Return the weights that the server applies if none are given."""
        asked = next(each for each in conversations if each.questions)
        reply = self.recall(asked, asked.questions[0].text, RankingWeights())
        return MessageToDict(reply.weights, preserving_proto_field_name=True)

    def _user(self, conversation: Conversation) -> str:
        return f"{conversation.sample_id}-{self.suffix}"


def message_of(turn: Turn) -> Message:
    """Return a turn as a message."""
    said = Timestamp()
    said.FromDatetime(turn.said_time)
    message = Message(
        message_id=turn.turn_id, author=turn.speaker, content=turn.content, event_time=said
    )
    message.metadata.update({"dia_id": turn.turn_id})
    return message


def extraction_of(options: Options) -> ExtractionMode:
    """Return what becomes of the turns: nothing besides, unless facts are asked for.

    The questions are about turns. A fact counts as the turn that it was drawn of, and takes a place of its own.
    """
    if options.facts:
        return ExtractionMode.EXTRACTION_MODE_SYNC
    return ExtractionMode.EXTRACTION_MODE_NONE


def turn_id(hit: ScoredMemory, turn_ids: frozenset[str]) -> str:
    """Return the turn that a result is; "" for what is none, which keeps its place."""
    sources = (source for source in hit.memory.source_message_ids if source in turn_ids)
    return next(sources, "")


@contextmanager
def target_of(given: str | None) -> Generator[str]:
    """Give the address of the server to ask, starting one unless one is *given*."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder) / "data") as target:
        if not target:
            message = "the server did not start; its log says why"
            raise BenchFailed(message)
        yield target


def run(options: Options) -> Results:
    """Measure everything and return it."""
    conversations = read_conversations(options.data)
    columns = (TextColumn("{task.description:<40}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        api_key = os.environ.get("MEMSVC_API_KEY")
        with target_of(options.target) as target, MemoryClient(target, api_key=api_key) as client:
            server = Server(client, uuid4().hex[:12], progress, extraction_of(options))
            server.ingest(conversations)
            ours = server.ask(OURS, conversations, RankingWeights())
            weights = server.applied_weights(conversations)
            ablated = dict(_ablated(server, conversations)) if options.ablations else {}
        rivals = asyncio.run(find_rivals(conversations, progress))
        task = progress.add_task("intervals", total=1)
        names = figure_names(options.limit)
        rankers = tables_of({OURS: ours.found, **rivals}, conversations, options.limit)
        ablations = tables_of(ablated, conversations, options.limit)
        comparison = compared(rankers, ablations, conversations, names)
        progress.advance(task)
    p50, p95 = np.percentile(ours.seconds, [50, 95]).tolist()
    return Results(
        data=described(options.data, conversations),
        settings={
            "limit": options.limit,
            "requested": DEPTH,
            "facts": options.facts,
            "resamples": RESAMPLES,
            "seed": SEED,
            "weights": weights,
        },
        versions={package: version(package) for package in PACKAGES},
        comparison=comparison,
        latency_ms={"p50": p50 * 1000, "p95": p95 * 1000},
        degraded=dict(sorted(ours.degraded.items())),
    )


def _ablated(
    server: Server, conversations: Sequence[Conversation]
) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    for name, parts in ABLATIONS.items():
        yield name, server.ask(name, conversations, weights_without(parts)).found


async def find_rivals(conversations: Sequence[Conversation], progress: Progress) -> Found:
    """Return what the rivals find, with the model that the server uses by default."""
    task = progress.add_task("rivals", total=texts_to_embed(conversations))
    embedder = await LocalEmbedder.load(Path(os.environ["MEMSVC_MODEL_DIR"]))
    try:
        rivals = Rivals(embedder, DEPTH, lambda count: progress.advance(task, count))
        return await rivals.found(conversations)
    finally:
        await embedder.close()


def described(path: Path, conversations: Sequence[Conversation]) -> Mapping[str, Any]:
    """Return what tells the data from any other, and its size."""
    return {
        "SHA-256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "conversations": len(conversations),
        "sessions": sum(len({turn.session_id for turn in each.turns}) for each in conversations),
        "turns": sum(len(each.turns) for each in conversations),
        "questions": sum(len(each.questions) for each in conversations),
    }


def options_of(arguments: Sequence[str]) -> Options:
    """Return the options that the *arguments* of the command line give."""
    parser = argparse.ArgumentParser(prog="python -m bench.locomo", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="FILE")
    add("--target", metavar="HOST:PORT", help="a running server, instead of one of its own")
    add("--limit", type=int, default=CUTS[-1], help=f"turns that count, {ANY_CUT} to {DEPTH}")
    add("--no-ablations", action="store_true", help="leave out what each part is worth")
    add("--facts", action="store_true", help="draw facts of the turns too")
    add_destinations(parser)
    given = parser.parse_args(arguments)
    if not ANY_CUT <= given.limit <= DEPTH:
        parser.error(f"--limit has to be {ANY_CUT} to {DEPTH}")
    return Options(
        data=given.data,
        target=given.target,
        json=given.json,
        report=given.report,
        limit=given.limit,
        ablations=not given.no_ablations,
        facts=given.facts,
    )


def main(arguments: Sequence[str]) -> int:
    """Measure, report and return the exit status."""
    options = options_of(arguments)
    return carry_out(lambda: report_of(run(options)), options)


if __name__ == "__main__":
    end_in_order()
    sys.exit(main(sys.argv[1:]))
