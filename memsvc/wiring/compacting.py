"""`memsvc compact`: rewrites the tables, so that the data files hold nothing of those who were erased."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import typer
from rich.console import Console
from rich.progress import track

from memsvc import config
from memsvc.cli.options import command
from memsvc.config import SettingsInvalid
from memsvc.core.errors import MemsvcError
from memsvc.store import compacting
from memsvc.store.migrate import DatabaseUnusable
from memsvc.telemetry import configure_logging
from memsvc.wiring import databases
from memsvc.wiring.clock import utc_now
from memsvc.wiring.options import ConfigOption, DatabaseOption, DataDirOption

EXIT_UNUSABLE: Final = 2
EXIT_SURROUNDINGS: Final = 3


@dataclass(frozen=True)
class CompactAsk:
    """Which database to compact."""

    config_file: ConfigOption = None
    data_dir: DataDirOption = None
    database_url: DatabaseOption = None


def run_compact(ask: CompactAsk) -> int:
    """Rewrite all tables, so that the data files hold nothing of what was deleted.

    Each table is locked while it is rewritten: calls wait meanwhile, or end UNAVAILABLE. Do it when little
    is going on. Replicas follow by themselves; backups are left alone.
    """
    console = Console(stderr=True)
    try:
        settings = config.load(
            ask.config_file, data_dir=ask.data_dir, database_url=ask.database_url
        )
    except SettingsInvalid as error:
        console.print(f"These settings cannot be used:\n{error}", markup=False)
        return EXIT_UNUSABLE
    configure_logging(settings.log_level)
    try:
        with ExitStack() as stack:
            conninfo, stop = databases.owner_of(settings)
            stack.callback(stop)
            _compact(conninfo, console)
    except (DatabaseUnusable, MemsvcError, OSError) as error:
        console.print(f"The database cannot be compacted: {error}", markup=False)
        return EXIT_SURROUNDINGS
    return 0


def _compact(conninfo: str, console: Console) -> None:
    started = utc_now()
    with compacting.owner(conninfo) as connection:
        names = compacting.tables(connection)
        for name in track(
            names, "rewriting", console=console, transient=True, disable=not console.is_terminal
        ):
            compacting.rewrite(connection, name)
        log_removed = compacting.remove_old_log(connection)
        users = compacting.mark(connection, started=started, now=utc_now())
    typer.echo(f"{len(names)} tables rewritten; {users} erased users are out of the data files.")
    if not log_removed:
        typer.echo(
            "This role may not remove old segments of the write-ahead log: they are written over in time."
        )


#: The verb, for the command line.
compact = command(CompactAsk, run_compact)
