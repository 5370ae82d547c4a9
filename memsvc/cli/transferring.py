"""`memsvc export`, and `memsvc import` of what it wrote: all that is remembered of a user, as a file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import grpc
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TransferSpeedColumn,
)

from memsvc.cli.channel import (
    DEFAULT_TARGET,
    ApiKeyOption,
    CredentialUnusable,
    ServerAddress,
    TargetOption,
    TlsOption,
    connected,
)
from memsvc.cli.options import command
from memsvc.cli.report import Display
from memsvc.v1 import user_service_pb2 as pb

EXIT_UNUSABLE: Final = 2
EXIT_SERVER: Final = 3
#: How long a transfer may take, in seconds.
SECONDS_MAX: Final = 3600.0
#: About how many characters are sent at once, and how long the first line of an export may be.
PIECE_CHARACTERS: Final = 256 * 1024
HEADER_CHARACTERS_MAX: Final = 4096
FORMAT: Final = "memsvc-user"


@dataclass(frozen=True)
class ExportAsk:
    """Whom to export, from where, and where to."""

    user_id: Annotated[str, typer.Option(help="Whose memory it is.")]
    output: Annotated[
        Path | None, typer.Option(help="The file to write [standard output].", dir_okay=False)
    ] = None
    target: TargetOption = DEFAULT_TARGET
    api_key: ApiKeyOption = ""
    tls: TlsOption = False


def run_export(ask: ExportAsk) -> int:
    """Write all that is remembered of a user as lines of JSON.

    The file is there as a whole or not at all; `memsvc import` takes it in again.
    """
    display = Display()
    address = ServerAddress(ask.target, ask.api_key, ask.tls)
    request = pb.ExportUserRequest(user_id=ask.user_id)
    try:
        with connected(address) as connection, _sink(ask.output) as sink, _bar(None) as moved:
            pieces = connection.users.ExportUser(
                request, metadata=connection.metadata, timeout=SECONDS_MAX
            )
            for piece in pieces:
                sink.write(piece.lines)
                moved(len(piece.lines.encode()))
    except CredentialUnusable as error:
        display.tell(str(error))
        return EXIT_UNUSABLE
    except OSError as error:
        display.tell(f"{ask.output} cannot be written: {error.strerror}.")
        return EXIT_UNUSABLE
    except grpc.RpcError as error:
        display.tell(_refusal(ask.target, error))
        return EXIT_SERVER
    return 0


def is_user_export(file: Path) -> bool:
    """Return whether *file* is what `memsvc export` wrote."""
    try:
        with file.open(encoding="utf-8") as lines:
            head = json.loads(lines.readline(HEADER_CHARACTERS_MAX))
    except (OSError, ValueError):
        return False
    return isinstance(head, dict) and head.get("format") == FORMAT


def import_user(file: Path, user_id: str, address: ServerAddress, *, as_json: bool) -> int:
    """Send an export to a running server and print what was taken in; return the exit status."""
    display = Display()
    try:
        with connected(address) as connection, _bar(file.stat().st_size) as moved:
            reply = connection.users.ImportUser(
                _pieces(file, user_id, moved), metadata=connection.metadata, timeout=SECONDS_MAX
            )
    except grpc.RpcError as error:
        display.tell(_refusal(address.target, error))
        return EXIT_SERVER
    except (CredentialUnusable, OSError, ValueError) as error:
        display.tell(str(error))
        return EXIT_UNUSABLE
    summary = {
        "conversations": reply.conversation_count,
        "memories": reply.memory_count,
        "duplicates": reply.duplicate_count,
    }
    typer.echo(
        json.dumps(summary)
        if as_json
        else f"{reply.memory_count:,} memories in {reply.conversation_count:,} conversations stored, "
        f"{reply.duplicate_count:,} known before."
    )
    return 0


def _pieces(file: Path, user_id: str, moved: Any) -> Iterator[pb.ImportUserRequest]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        while text := "".join(lines.readlines(PIECE_CHARACTERS)):
            yield pb.ImportUserRequest(user_id=user_id, lines=text)
            moved(len(text.encode()))


@contextmanager
def _sink(output: Path | None) -> Generator[TextIO]:
    """Yield where to write; the file gets its name when it is whole."""
    if output is None:
        yield sys.stdout
        return
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        # It holds what somebody said: nobody else is to read it.
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as sink:
            yield sink
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _bar(total: int | None) -> Generator[Any]:
    """Show how many bytes were moved, if anybody watches; yield what moves it on."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn() if total is None else BarColumn(),
        TextColumn("{task.description}"),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("exporting" if total is None else "importing", total=total)
        yield lambda size: bar.advance(task, size)


def _refusal(target: str, error: grpc.RpcError) -> str:
    call: Any = error
    return f"The server at {target} refuses ({call.code().name}: {call.details()})."


#: The verb, for the command line.
export_user = command(ExportAsk, run_export)
