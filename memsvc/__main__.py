"""The command line of the service: servers, workers, and the verbs around them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from memsvc import config, supervisor
from memsvc.cli.evaluating import evaluate_file
from memsvc.cli.importing import import_file
from memsvc.cli.transferring import export_user
from memsvc.config import Settings, SettingsInvalid
from memsvc.core.errors import StorageUnavailable
from memsvc.rpc.event_loop import MeasuredLoop
from memsvc.store.migrate import DatabaseUnusable
from memsvc.telemetry import configure_logging, log
from memsvc.usecases.embedding import EmbeddingSpaceMismatch
from memsvc.wiring import databases, serving, working
from memsvc.wiring.compacting import compact
from memsvc.wiring.keys import KEYS
from memsvc.wiring.options import ConfigOption, DatabaseOption, DataDirOption
from memsvc.wiring.reembedding import reembed

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)

#: Exit statuses, beside 0: settings that cannot be used, and surroundings that cannot.
EXIT_SETTINGS = 2
EXIT_SURROUNDINGS = 3


def _settings(file: Path | None, **flags: Any) -> Settings:
    try:
        return config.load(file, **flags)
    except SettingsInvalid as error:
        console = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)
        console.print("memsvc cannot start with these settings:", style="bold")
        console.print(str(error))
        raise typer.Exit(EXIT_SETTINGS) from error


@app.command()
def serve(
    *,
    config_file: ConfigOption = None,
    host: Annotated[str | None, typer.Option(help="Where to listen [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="0 for any free one [50051].")] = None,
    admin_port: Annotated[int | None, typer.Option(help="Prometheus metrics [9464].")] = None,
    data_dir: DataDirOption = None,
    database_url: DatabaseOption = None,
    processes: Annotated[int | None, typer.Option(help="Processes on one port [1].")] = None,
) -> None:
    """Serve the memory over gRPC until told to end."""
    flags = {"host": host, "port": port, "admin_port": admin_port, "data_dir": data_dir}
    settings = _settings(config_file, **flags, database_url=database_url, processes=processes)
    configure_logging(settings.log_level)
    try:
        if settings.processes > 1:
            sys.exit(supervisor.run(settings))
        with asyncio.Runner(loop_factory=MeasuredLoop) as runner:
            runner.run(serving.serve(settings))
    except (DatabaseUnusable, StorageUnavailable, EmbeddingSpaceMismatch, OSError) as error:
        log.error("cannot_serve", error=str(error))
        raise typer.Exit(EXIT_SURROUNDINGS) from error


@app.command()
def worker(
    *,
    config_file: ConfigOption = None,
    admin_port: Annotated[int | None, typer.Option(help="Prometheus metrics [9464].")] = None,
    data_dir: DataDirOption = None,
    database_url: DatabaseOption = None,
    concurrency: Annotated[int | None, typer.Option(help="Jobs at a time [4].")] = None,
) -> None:
    """Do the work behind the calls, and serve none, until told to end."""
    flags = {"admin_port": admin_port, "data_dir": data_dir, "job_concurrency": concurrency}
    settings = _settings(config_file, **flags, database_url=database_url)
    configure_logging(settings.log_level)
    try:
        asyncio.run(working.work(settings))
    except (DatabaseUnusable, StorageUnavailable, EmbeddingSpaceMismatch, OSError) as error:
        log.error("cannot_work", error=str(error))
        raise typer.Exit(EXIT_SURROUNDINGS) from error


@app.command()
def migrate(
    *,
    config_file: ConfigOption = None,
    data_dir: DataDirOption = None,
    database_url: DatabaseOption = None,
) -> None:
    """Bring the database to this version's schema."""
    settings = _settings(config_file, data_dir=data_dir, database_url=database_url)
    configure_logging(settings.log_level)
    try:
        _, stop = databases.wait_for_database(settings, lambda: False)
    except (DatabaseUnusable, StorageUnavailable, OSError) as error:
        log.error("cannot_migrate", error=str(error))
        raise typer.Exit(EXIT_SURROUNDINGS) from error
    stop()
    Console().print("The schema is up to date.")


@app.command()
def check_config(*, config_file: ConfigOption = None) -> None:
    """Show the settings in force, secrets masked, or every fault in them."""
    table = Table("setting", "value")
    for name, value in _settings(config_file).model_dump().items():
        table.add_row(name, str(value))
    Console().print(table)


app.add_typer(KEYS, name="keys")
app.command("reembed")(reembed)
app.command("compact")(compact)
app.command("import")(import_file)
app.command("export")(export_user)
app.command("evaluate")(evaluate_file)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
