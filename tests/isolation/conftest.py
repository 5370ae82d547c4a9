"""A server in this process, whose statements a test may change, and two tenants on it."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from memsvc import config
from memsvc.core.access import ALL_SCOPES
from memsvc.rpc.server import Server
from memsvc.store import embedded
from memsvc.wiring import access
from memsvc.wiring.databases import prepare_database
from memsvc.wiring.parts import assembled
from memsvc.wiring.serving import server_settings
from tests.fakes.chat_steps import answering, sending
from tests.fakes.model_server import FakeModel
from tests.isolation.world import World, made
from tests.support.server import KEYS
from tests.support.wire import Wire

START_SECONDS: Final = 60.0


class OwnServer:
    """A server in a thread of its own."""

    def __init__(self, folder: Path, credentials_file: Path, *, bound: bool = True) -> None:
        """Serve on *folder*, until `stop`; unless *bound*, as a role that row security does not bind."""
        self._bound = bound
        self.model = FakeModel()
        self.model.step = sending(*answering("I see."))
        self._settings = config.load(
            None,
            data_dir=folder,
            credentials_file=credentials_file,
            embedder="none",
            port=0,
            job_concurrency=0,
            providers=[{"name": "scripted", "base_url": self.model.base_url, "model": "scripted"}],
            chat_providers=["scripted"],
            rate=config.RateSettings(units_per_second=0.0),
        )
        self._ready = threading.Event()
        self._told = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self.target = ""
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=(self._serve(),), daemon=True
        )
        self._thread.start()
        assert self._ready.wait(START_SECONDS), "the server did not start"

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            stack.enter_context(self.model)
            conninfo, stop = await asyncio.to_thread(prepare_database, self._settings)
            stack.callback(stop)
            if not self._bound:
                joined = embedded.start(self._settings.data_dir / "postgres")
                conninfo = joined.owner_conninfo
            parts = await assembled(self._settings, conninfo, stack)
            server = Server(
                server_settings(self._settings),
                parts.services,
                access.admission(self._settings, parts.access.authentication),
                parts.database.ping,
            )
            self.target = f"127.0.0.1:{await server.start()}"
            self._ready.set()
            await self._told.wait()
            await server.stop_now()

    def stop(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._told.set)
        self._thread.join(START_SECONDS)


@pytest.fixture(scope="session")
def keys_of_many() -> dict[str, str]:
    """The keys of further tenants."""
    return {f"tenant-{number}": f"key-of-tenant-{number}" for number in range(20)}


@pytest.fixture(scope="session")
def all_credentials(tmp_path_factory: pytest.TempPathFactory, keys_of_many: dict[str, str]) -> Path:
    """The configuration of all tenants."""
    path = tmp_path_factory.mktemp("credentials") / "credentials.toml"
    path.write_text(
        "".join(
            f'[[credential]]\ntenant = "{tenant}"\n'
            f'key_sha256 = "{hashlib.sha256(key.encode()).hexdigest()}"\n'
            for tenant, key in {**KEYS, **keys_of_many}.items()
        )
    )
    return path


@pytest.fixture(scope="session")
def own_server(
    tmp_path_factory: pytest.TempPathFactory, all_credentials: Path
) -> Iterator[OwnServer]:
    """The server in this process."""
    server = OwnServer(tmp_path_factory.mktemp("isolation") / "data", all_credentials)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def acme(own_server: OwnServer) -> Iterator[Wire]:
    """The tenant that tries."""
    with Wire(own_server.target, KEYS["acme"]) as wire:
        yield wire


@pytest.fixture(scope="session")
def globex(own_server: OwnServer) -> Iterator[Wire]:
    """The tenant whose things they are."""
    with Wire(own_server.target, KEYS["globex"]) as wire:
        yield wire


@pytest.fixture(scope="session")
def theirs(globex: Wire) -> World:
    """The world of another tenant."""
    return made(globex)


@pytest.fixture(scope="session")
def neighbours(acme: Wire) -> World:
    """The world of another user of the same tenant."""
    return made(acme)


@dataclass(frozen=True, slots=True)
class Bound:
    """A caller that may do everything, for one user."""

    wire: Wire
    user_id: str


@pytest.fixture
def bound(own_server: OwnServer, acme: Wire) -> Iterator[Bound]:
    """Such a caller of acme, for a user that no other test has."""
    user = f"myself-{uuid4()}"
    made_key = acme.call(
        "ApiKeyService/CreateApiKey", name="bound", scopes=sorted(ALL_SCOPES), user_id=user
    )
    with Wire(own_server.target, made_key.secret) as wire:
        yield Bound(wire, user)
