"""`memsvc import`: send a file of conversations to a running server, and go on where it ended."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

import platformdirs
import typer

from memsvc.cli.batching import Chunk, ChunkLimits, chunks
from memsvc.cli.channel import (
    DEFAULT_TARGET,
    ApiKeyOption,
    CredentialUnusable,
    ServerAddress,
    TargetOption,
    TlsOption,
    connected,
)
from memsvc.cli.formats.entries import (
    Entry,
    Fault,
    LeftOut,
    Said,
    UserMissing,
    digest_of,
)
from memsvc.cli.formats.layouts import Layout
from memsvc.cli.formats.reading import FileUnusable, Source, open_source
from memsvc.cli.journal import LISTED_MAX, Acknowledged, Journal, JournalUnusable
from memsvc.cli.options import command
from memsvc.cli.report import Display, Summary, print_summary
from memsvc.cli.sending import ServerLost, ServerRefused, retries_told_to, send
from memsvc.cli.transferring import import_user, is_user_export
from memsvc.v1.memory_pb2 import EmbeddingMode

#: Exit statuses, beside 0: some messages are not stored; the file or the command cannot be used; the
#: server cannot be reached or refuses; interrupted by the user.
EXIT_FAULTS: Final = 1
EXIT_UNUSABLE: Final = 2
EXIT_SERVER: Final = 3
EXIT_INTERRUPTED: Final = 130

#: How much is sent before it is acknowledged.
CHUNK: Final = ChunkLimits()


class EmbeddingTime(StrEnum):
    """When messages get their vectors."""

    IMMEDIATE = "immediate"
    DEFERRED = "deferred"


_MODES: Final = {
    EmbeddingTime.IMMEDIATE: EmbeddingMode.EMBEDDING_MODE_IMMEDIATE,
    EmbeddingTime.DEFERRED: EmbeddingMode.EMBEDDING_MODE_DEFERRED,
}


@dataclass(frozen=True)
class ImportAsk:
    """What is to be imported, where to, and how."""

    file: Annotated[Path, typer.Argument(help="The file; an export's .zip as it came will do.")]
    target: TargetOption = DEFAULT_TARGET
    api_key: ApiKeyOption = ""
    tls: TlsOption = False
    layout: Annotated[
        Layout | None, typer.Option("--format", help="The layout, instead of finding it out.")
    ] = None
    user_id: Annotated[
        str, typer.Option(help="Whose memory it is, where the file names nobody.")
    ] = ""
    conversation_id: Annotated[
        str, typer.Option(help="The conversation of messages that name none.")
    ] = ""
    embedding: Annotated[EmbeddingTime, typer.Option(help="When messages get their vectors.")] = (
        EmbeddingTime.IMMEDIATE
    )
    journal: Annotated[
        Path | None, typer.Option(help="Where to keep how far it has come.", dir_okay=False)
    ] = None
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew after an interruption.")
    ] = False
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and count; send nothing.")] = (
        False
    )
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False


@dataclass(slots=True)
class Survey:
    """What is in a file, before anything is sent."""

    messages: int = 0
    left_out: int = 0
    faults: int = 0
    #: Faults that --user-id would mend.
    users_missing: int = 0
    #: The first faults.
    listed: list[tuple[str, str]] = field(default_factory=list)

    def count(self, entry: Entry) -> None:
        """Count *entry*."""
        if isinstance(entry, Said):
            self.messages += 1
        elif isinstance(entry, LeftOut):
            self.left_out += 1
        elif isinstance(entry, Fault):
            self.faults += 1
            self.users_missing += isinstance(entry, UserMissing)
            if len(self.listed) < LISTED_MAX:
                self.listed.append((entry.place, entry.reason))


@dataclass(slots=True)
class Run:
    """One attempt at an import; *state* moves on with what the server acknowledges."""

    ask: ImportAsk
    source: Source
    survey: Survey
    journal: Journal
    state: Acknowledged
    #: What *state* was at the beginning, None for an import that begins anew.
    resumed_from: int | None

    @property
    def faults(self) -> int:
        """How many messages are not stored."""
        return self.survey.faults + self.state.refused

    def chunks(self) -> Iterator[Chunk]:
        """Yield what is not acknowledged yet."""
        entries = islice(self.source.entries(), self.state.entries, None)
        return chunks(entries, _MODES[self.ask.embedding], CHUNK)

    def summary(self, seconds: float) -> Summary:
        """Return what became of it."""
        return Summary(
            self.survey.messages if self.ask.dry_run else self.state.stored,
            self.state.duplicates,
            self.survey.left_out,
            self.faults,
            round(seconds, 3),
            self.resumed_from,
        )


def survey_of(path: Path, entries: Iterable[Entry]) -> Survey:
    """Return what is in the file; raise FileUnusable if it does not say whose memory it is."""
    survey = Survey()
    for entry in entries:
        survey.count(entry)
    if survey.users_missing and not survey.messages:
        message = f"{path} does not say whose conversations it holds: give --user-id."
        raise FileUnusable(message)
    return survey


def prepare(ask: ImportAsk) -> Run:
    """Return the run that *ask* asks for; raise FileUnusable or JournalUnusable."""
    source = open_source(ask.file, ask.layout, ask.user_id, ask.conversation_id)
    survey = survey_of(ask.file, source.entries())
    # What is sent, where to and as whom: another key may be another tenant's.
    key = digest_of(
        source.digest, ask.target, ask.api_key, ask.user_id, ask.conversation_id, ask.layout
    )
    folder = platformdirs.user_state_path("memsvc") / "imports"
    journal = Journal(ask.journal or folder / f"{key}.json", key)
    state = None if ask.dry_run else journal.load(restart=ask.restart)
    resumed_from = state.sent if state and state.entries else None
    return Run(ask, source, survey, journal, state or Acknowledged(), resumed_from)


def send_all(run: Run, display: Display) -> None:
    """Send what is not acknowledged yet, and acknowledge it in the journal chunk by chunk."""
    address = ServerAddress(run.ask.target, run.ask.api_key, run.ask.tls)
    with (
        connected(address) as connection,
        display.progress(run.survey.messages, run.state.sent) as progress,
        retries_told_to(display.tell),
    ):
        # Before anything is sent, so that a place that cannot be written to is noticed.
        run.journal.save(run.state)
        for chunk in run.chunks():
            outcome = send(connection, chunk.batches)
            run.state = run.state.after(chunk.entries, chunk.messages, outcome)
            run.journal.save(run.state)
            progress(run.state.sent)
    run.journal.remove()


def attempt(run: Run, display: Display) -> int:
    """Send what there is to be sent; return the exit status, and tell why if it is not 0."""
    if run.resumed_from is not None:
        display.tell(
            f"Going on after {run.resumed_from:,} messages of an interrupted import "
            "(--restart begins anew)."
        )
    try:
        if run.survey.messages and not run.ask.dry_run:
            send_all(run, display)
    except (ServerLost, ServerRefused, KeyboardInterrupt) as error:
        display.tell(_ended(error, run))
        return EXIT_INTERRUPTED if isinstance(error, KeyboardInterrupt) else EXIT_SERVER
    return EXIT_FAULTS if run.faults else 0


def _ended(error: BaseException, run: Run) -> str:
    what = "Interrupted"
    if isinstance(error, ServerLost):
        what = f"The server at {run.ask.target} cannot be reached ({error})"
    elif isinstance(error, ServerRefused):
        what = f"The server at {run.ask.target} refuses the import ({error})"
    return (
        f"{what}. {run.state.sent:,} of {run.survey.messages:,} messages are acknowledged; "
        "the same command goes on from there."
    )


def run_import(ask: ImportAsk) -> int:
    """Send a file of conversations, or a user's export, to a running server.

    Importing a file twice stores it once. What was interrupted goes on with the same command.
    """
    if ask.layout is None and is_user_export(ask.file) and not ask.dry_run:
        address = ServerAddress(ask.target, ask.api_key, ask.tls)
        return import_user(ask.file, ask.user_id, address, as_json=ask.as_json)
    started = time.monotonic()
    display = Display()
    try:
        run = prepare(ask)
        status = attempt(run, display)
    except (FileUnusable, JournalUnusable, CredentialUnusable) as error:
        display.tell(str(error))
        return EXIT_UNUSABLE
    except KeyboardInterrupt:
        display.tell("Interrupted before anything was sent.")
        return EXIT_INTERRUPTED
    display.tell_faults(run.faults, [*run.survey.listed, *run.state.listed][:LISTED_MAX])
    summary = run.summary(time.monotonic() - started)
    print_summary(summary, as_json=ask.as_json, dry_run=ask.dry_run)
    return status


#: The verb, for the command line.
import_file = command(ImportAsk, run_import)
