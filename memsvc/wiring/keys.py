"""The verb that gives out API keys and takes them back, on the database itself: `memsvc keys`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Column, Table

from memsvc import config
from memsvc.cli.options import command
from memsvc.config import Settings, SettingsInvalid
from memsvc.core.access import ALL_SCOPES, AccountRole, scopes_of
from memsvc.core.api_keys import ID_CHARACTERS, ApiKey
from memsvc.core.errors import InvalidFields, MemsvcError, StorageUnavailable
from memsvc.core.model import Caller, RankingWeights
from memsvc.store import replies
from memsvc.store.database import Database
from memsvc.store.migrate import DatabaseUnusable
from memsvc.telemetry import configure_logging
from memsvc.usecases.access.manage_keys import KeysAsk, MadeKey, ManageKeys, NewKeyAsk, RotateAsk
from memsvc.usecases.context import Context
from memsvc.wiring import access, databases
from memsvc.wiring.clock import new_id, utc_now
from memsvc.wiring.options import ConfigOption, DatabaseOption, DataDirOption

#: Exit statuses, beside 0: what was asked for cannot be done, and the surroundings cannot.
EXIT_UNUSABLE: Final = 2
EXIT_SURROUNDINGS: Final = 3
#: How long the database may take, in seconds.
PATIENCE_SECONDS: Final = 30.0
#: Keys that are listed at a time.
PAGE: Final = 500

KEYS: Final = typer.Typer(
    help="Give out API keys and take them back, on the database itself.", no_args_is_help=True
)
_COLUMNS: Final = ("name", "scopes", "user", "made", "by", "last used", "state")
_Tenant = Annotated[str, typer.Option(help="Whose keys.")]
_Json = Annotated[bool, typer.Option("--json", help="Tell in JSON, on standard output.")]
_KeyId = Annotated[str, typer.Argument(help="The key's id, 12 characters.")]
_Do = Callable[[ManageKeys, Caller], Awaitable[int]]


@dataclass(frozen=True, kw_only=True)
class Where:
    """On which database, of which tenant, and how to tell."""

    tenant: _Tenant
    config_file: ConfigOption = None
    data_dir: DataDirOption = None
    database_url: DatabaseOption = None
    as_json: _Json = False


@dataclass(frozen=True, kw_only=True)
class Create(Where):
    """What a new key is to be."""

    name: Annotated[str, typer.Option(help="What to call it.")]
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; several times. Unset: its role's.")
    ] = None
    role: Annotated[AccountRole, typer.Option(help="Stands for all the scopes of a role.")] = (
        AccountRole.ADMIN
    )
    user_id: Annotated[str, typer.Option(help="The one user whose data it may touch.")] = ""
    days: Annotated[float, typer.Option(min=0, help="How long it is good; 0 for ever.")] = 0.0


@dataclass(frozen=True, kw_only=True)
class Named(Where):
    """A key by its id."""

    key_id: _KeyId


@dataclass(frozen=True, kw_only=True)
class Rotate(Named):
    """A key that is to be exchanged."""

    overlap_hours: Annotated[
        float, typer.Option(min=0, max=720, help="How long the old key stays good.")
    ] = 24.0


def run_create(ask: Create) -> int:
    """Make a key and print it, this once."""
    scopes = frozenset(ask.scope) if ask.scope else scopes_of(ask.role)
    expire_time = utc_now() + timedelta(days=ask.days) if ask.days else None

    async def create(keys: ManageKeys, caller: Caller) -> int:
        new = NewKeyAsk(ask.name, scopes, ask.user_id, expire_time)
        return _tell_made(ask, await keys.create(caller, new))

    return _with_keys(ask, create)


def run_list(ask: Where) -> int:
    """List the keys, the newest first."""

    async def list_all(keys: ManageKeys, caller: Caller) -> int:
        found: list[ApiKey] = []
        token = ""
        while True:
            page = await keys.list(caller, KeysAsk(PAGE, token, b""))
            found += page.keys
            token = page.next_page_token
            if not token:
                return _tell_list(ask, found)

    return _with_keys(ask, list_all)


def run_revoke(ask: Named) -> int:
    """End a key; servers follow within 5 seconds."""

    async def revoke(keys: ManageKeys, caller: Caller) -> int:
        _tell(ask, f"Revoked {ask.key_id}.", _shown(await keys.revoke(caller, ask.key_id)))
        return 0

    return _with_keys(ask, revoke)


def run_rotate(ask: Rotate) -> int:
    """Make a key in the place of another one and print it, this once."""

    async def rotate(keys: ManageKeys, caller: Caller) -> int:
        old = RotateAsk(ask.key_id, timedelta(hours=ask.overlap_hours), None)
        return _tell_made(ask, await keys.rotate(caller, old))

    return _with_keys(ask, rotate)


KEYS.command("create")(command(Create, run_create))
KEYS.command("list")(command(Where, run_list))
KEYS.command("revoke")(command(Named, run_revoke))
KEYS.command("rotate")(command(Rotate, run_rotate))


def _with_keys(where: Where, do: _Do) -> int:
    try:
        settings = config.load(
            where.config_file, data_dir=where.data_dir, database_url=where.database_url
        )
    except SettingsInvalid as error:
        return _failed(f"These settings cannot be used:\n{error}", EXIT_UNUSABLE)
    configure_logging(settings.log_level)
    try:
        conninfo, stop = databases.wait_for_database(settings, lambda: False)
        try:
            return asyncio.run(_on_database(settings, conninfo, where.tenant, do))
        finally:
            stop()
    except (DatabaseUnusable, OSError) as error:
        return _failed(str(error), EXIT_SURROUNDINGS)
    except InvalidFields as error:
        return _failed("\n".join(": ".join(each) for each in error.violations), EXIT_UNUSABLE)
    except StorageUnavailable as error:
        return _failed(error.message, EXIT_SURROUNDINGS)
    except MemsvcError as error:
        return _failed(error.message, EXIT_UNUSABLE)


async def _on_database(settings: Settings, conninfo: str, tenant: str, do: _Do) -> int:
    async with AsyncExitStack() as stack:
        database = Database(conninfo, connections_max=2)
        stack.push_async_callback(database.close)
        await database.open()
        async with database.overview() as tx:
            secret_key = await replies.secret_key(tx, now=utc_now())
        context = Context(database, utc_now, new_id, secret_key, lambda _: RankingWeights(), 0)
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        operator = Caller(tenant, deadline, principal="cli", scopes=ALL_SCOPES)
        return await do(access.managed_keys(settings, context), operator)


def _failed(text: str, status: int) -> int:
    Console(stderr=True).print(text, markup=False)
    return status


def _tell(where: Where, text: str, data: Any) -> None:
    typer.echo(json.dumps(data) if where.as_json else text)


def _tell_made(where: Where, made: MadeKey) -> int:
    text = (
        f"{made.secret}\nThis is the only time that the key is shown. Its id is {made.key.key_id}."
    )
    _tell(where, text, {**_shown(made.key), "secret": made.secret})
    return 0


def _tell_list(where: Where, found: list[ApiKey]) -> int:
    if where.as_json:
        typer.echo(json.dumps([_shown(key) for key in found]))
        return 0
    table = Table(Column("id", no_wrap=True, min_width=ID_CHARACTERS), *_COLUMNS)
    for key in found:
        scopes = "all" if ALL_SCOPES.issubset(key.scopes) else " ".join(key.scopes)
        used = _minute(key.last_used_time)
        row = (key.key_id, key.name, scopes, key.user_id, _minute(key.create_time), key.created_by)
        table.add_row(*row, used, _state(key))
    Console().print(table)
    return 0


def _state(key: ApiKey) -> str:
    if key.revoke_time is not None:
        return "revoked"
    if not key.is_valid(utc_now()):
        return "expired"
    return f"until {_minute(key.expire_time)}" if key.expire_time else "good"


def _minute(time: datetime | None) -> str:
    return time.isoformat(" ", "minutes") if time else ""


def _shown(key: ApiKey) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(key).items()
    }
