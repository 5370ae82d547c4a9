"""The verb that changes the embedding model, works on the database itself, and leaves servers alone."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from memsvc import config
from memsvc.cli.options import command
from memsvc.config import Settings, SettingsInvalid
from memsvc.core.errors import MemsvcError
from memsvc.core.model import EmbeddingSpace
from memsvc.providers.embedding import Embedder
from memsvc.store import spaces
from memsvc.store.database import Database
from memsvc.store.migrate import DatabaseUnusable
from memsvc.store.spaces import KnownSpace, SpaceLock, SpacesBusy
from memsvc.telemetry import configure_logging
from memsvc.usecases.admin import reembedding
from memsvc.usecases.admin.reembedding import Patience, Progress, Reembedding, Tenants
from memsvc.usecases.embedders import LOAD_FAILURES, Embedders
from memsvc.wiring import databases, models
from memsvc.wiring.clock import utc_now
from memsvc.wiring.options import ConfigOption, DatabaseOption, DataDirOption
from memsvc.wiring.reembedding_display import Display

#: Exit statuses, beside 0: something is left to do, what was asked for cannot be used, the surroundings
#: cannot, and Ctrl-C.
EXIT_INCOMPLETE: Final = 1
EXIT_UNUSABLE: Final = 2
EXIT_SURROUNDINGS: Final = 3
EXIT_INTERRUPTED: Final = 130
#: Connections beside the one that holds the lock.
CONNECTIONS: Final = 2
#: How many refused texts are named.
LISTED_MAX: Final = 20
_GOES_ON: Final = "the same command goes on from there."


class AskUnusable(Exception):
    """What was asked for cannot be done; the message says why."""


@dataclass(frozen=True)
class ReembedAsk:
    """Which change is asked for, and how."""

    to: Annotated[
        str, typer.Option(help="The embedder to change to, by its name in the settings.")
    ] = ""
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Change back to the model that served before.")
    ] = False
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Delete the vectors of models that do not serve.")
    ] = False
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be done; change nothing.")
    ] = False
    config_file: ConfigOption = None
    data_dir: DataDirOption = None
    database_url: DatabaseOption = None
    batch: Annotated[int, typer.Option(min=1, max=2048, help="Memories at a time.")] = 64
    allow_missing: Annotated[
        int, typer.Option(min=0, help="Switch although so many texts were refused.")
    ] = 0
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for an embedder or database that is away.")
    ] = 60.0
    as_json: Annotated[
        bool, typer.Option("--json", help="Tell in JSON, one object a line, on standard output.")
    ] = False


@dataclass(slots=True)
class Run:
    """A change under way."""

    ask: ReembedAsk
    settings: Settings
    display: Display
    switched: bool = False
    progress: Progress | None = None

    def interrupted(self) -> str:
        """Return what to tell when the change was cut short."""
        if self.ask.drop_old:
            return f"Vectors are deleted in part; {_GOES_ON}"
        if self.switched:
            return f"The new model serves; memories of the last moments may be missing: {_GOES_ON}"
        if self.progress is None:
            return "Nothing was done yet."
        return (
            f"The former model goes on serving. {self.progress.done:,} of {self.progress.total:,} "
            f"memories have a vector of the new one; {_GOES_ON}"
        )


def run_reembed(ask: ReembedAsk) -> int:
    """Change the embedding model while servers go on serving.

    Embeds every memory anew beside the vectors that it has, switches all servers at once, and catches up
    with what was stored meanwhile. What was interrupted goes on with the same command.
    """
    display = Display(as_json=ask.as_json)
    try:
        settings = config.load(
            ask.config_file, data_dir=ask.data_dir, database_url=ask.database_url
        )
    except SettingsInvalid as error:
        return _failed(display, f"These settings cannot be used:\n{error}", EXIT_UNUSABLE)
    configure_logging(settings.log_level)
    run = Run(ask, settings, display)
    try:
        with display.retries():
            return _with_database(run)
    except AskUnusable as error:
        return _failed(display, str(error), EXIT_UNUSABLE)
    except KeyboardInterrupt:
        return _failed(display, f"Interrupted. {run.interrupted()}", EXIT_INTERRUPTED)
    except (DatabaseUnusable, MemsvcError, SpacesBusy, *LOAD_FAILURES) as error:
        return _failed(display, f"{error}\n{run.interrupted()}", EXIT_SURROUNDINGS)


def _failed(display: Display, text: str, status: int) -> int:
    display.tell("failed", text, status=status)
    return status


def _with_database(run: Run) -> int:
    ask = run.ask
    if [bool(ask.to), ask.rollback, ask.drop_old].count(True) != 1:
        message = "Give one of --to NAME, --rollback and --drop-old."
        raise AskUnusable(message)
    embedders = models.embedders(run.settings)
    if ask.to and ask.to not in {one.name for one in embedders.all}:
        names = ", ".join(one.name for one in embedders.all) or "none"
        message = f"There is no embedder {ask.to} in the settings; there are: {names}."
        raise AskUnusable(message)
    conninfo, stop = databases.wait_for_database(run.settings, lambda: False)
    try:
        return asyncio.run(_reembed(run, embedders, conninfo))
    finally:
        stop()


async def _reembed(run: Run, embedders: Embedders, conninfo: str) -> int:
    async with AsyncExitStack() as stack:
        database = Database(conninfo, connections_max=CONNECTIONS)
        stack.push_async_callback(database.close)
        await database.open()
        lock = SpaceLock(conninfo)
        stack.push_async_callback(lock.release)
        if not run.ask.dry_run:
            await lock.hold()
        tenants = Tenants(database, Patience(run.ask.patience))
        if run.ask.drop_old:
            return await _drop(run, tenants)
        async with database.overview() as tx:
            known = await spaces.known(tx)
        embedder = await _target(run, embedders, known)
        stack.push_async_callback(embedder.close)
        if run.ask.dry_run:
            return await _foretell(run, tenants, known, embedder.space)
        async with database.overview() as tx:
            target = await spaces.register(tx, embedder.space, now=utc_now())
        change = Reembedding(tenants, utc_now, embedder, target.space_id, run.ask.batch)
        return await _change(run, lock, change, target)


async def _target(run: Run, embedders: Embedders, known: list[KnownSpace]) -> Embedder:
    """Return the embedder to change to; raises AskUnusable, or one of LOAD_FAILURES."""
    patience = Patience(run.ask.patience)
    if run.ask.to:
        named = next(one for one in embedders.all if one.name == run.ask.to)
        return await patience.until_it_works(named.load, LOAD_FAILURES)
    retired = {one.retire_time: one.space for one in known if one.retire_time}
    if not retired:
        message = "There is no former model whose vectors are kept: use --to NAME."
        raise AskUnusable(message)
    former = retired[max(retired)]
    embedder = await patience.until_it_works(lambda: embedders.of(former), LOAD_FAILURES)
    if embedder is None:
        message = (
            f"The former model is {_label(former)}, which no embedder in the settings makes; without "
            "it what was stored since cannot be embedded."
        )
        raise AskUnusable(message)
    return embedder


async def _change(run: Run, lock: SpaceLock, change: Reembedding, target: KnownSpace) -> int:
    label = _label(target.space)
    run.switched = target.active
    await _fill(run, change)
    _tell_refused(run, change)
    if target.active:
        run.display.tell("serving", f"{label} is the model that serves already.")
    elif len(change.refused) > run.ask.allow_missing:
        text = (
            f"Not switched: {len(change.refused):,} memories have no vector of {label}. The former "
            f"model goes on serving. --allow-missing {len(change.refused)} switches all the same."
        )
        return _failed(run.display, text, EXIT_INCOMPLETE)
    else:
        await change.switch(lock)
        run.switched = True
        run.display.tell("switched", f"Switched to {label}; servers follow within seconds.")
    return await _caught_up(run, change, label)


async def _caught_up(run: Run, change: Reembedding, label: str) -> int:
    with run.display.progress("catching up", "memories") as watch:
        change.watch = watch
        caught_up = await change.catch_up()
    _tell_refused(run, change)
    if not caught_up:
        text = (
            f"Memories keep coming without a vector of {label}: restart the servers whose settings do "
            "not have its embedder."
        )
        return _failed(run.display, text, EXIT_INCOMPLETE)
    run.display.tell(
        "done",
        f"All memories have their vector of {label}. The former vectors are kept: "
        "`memsvc reembed --rollback` changes back, `memsvc reembed --drop-old` deletes them.",
        refused=len(change.refused),
    )
    return 0


async def _fill(run: Run, change: Reembedding) -> None:
    with run.display.progress("embedding", "memories") as show:

        def watch(progress: Progress) -> None:
            run.progress = progress
            show(progress)

        change.watch = watch
        await change.fill()


def _tell_refused(run: Run, change: Reembedding) -> None:
    listed = list(change.refused.items())[:LISTED_MAX]
    if listed:
        lines = [f"{len(change.refused):,} texts are refused by the embedder:"]
        lines += [f"  memory {memory_id}: {reason}" for (memory_id, _), reason in listed]
        ids = [str(memory_id) for (memory_id, _), _ in listed]
        run.display.tell("refused", "\n".join(lines), count=len(change.refused), memory_ids=ids)


async def _foretell(
    run: Run, tenants: Tenants, known: list[KnownSpace], space: EmbeddingSpace
) -> int:
    target = next((one for one in known if one.space == space), None)
    counted = await reembedding.survey(tenants, target.space_id if target else None)
    missing = counted.total - counted.done
    serving = next((_label(one.space) for one in known if one.active), "none yet")
    run.display.tell(
        "plan",
        f"{missing:,} of {counted.total:,} memories would be embedded with {_label(space)}. The model "
        f"that serves is {serving}. Nothing was changed.",
        memories=counted.total,
        missing=missing,
        serving=serving,
        target=_label(space),
    )
    return 0


async def _drop(run: Run, tenants: Tenants) -> int:
    if run.ask.dry_run:
        count = await reembedding.count_idle(tenants)
        text = f"{count:,} vectors would be deleted. Nothing was changed."
        run.display.tell("plan", text, vectors=count)
        return 0
    with run.display.progress("deleting", "vectors") as watch:
        await reembedding.drop_idle(tenants, utc_now, watch)
    run.display.tell("done", "Only the vectors of the model that serves are left.")
    return 0


def _label(space: EmbeddingSpace) -> str:
    return f"{space.model} {space.revision} ({space.dimension})"


#: The verb, for the command line.
reembed = command(ReembedAsk, run_reembed)
