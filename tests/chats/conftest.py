"""A server that chats by two scripted providers, and who talks with it."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import psycopg
import pytest
from google.protobuf import json_format

from memsvc.store import embedded
from memsvc.v1 import chat_pb2
from memsvc.v1.memory_service_pb2_grpc import MemoryServiceStub
from tests.fakes.chat_steps import answering, sending
from tests.fakes.model_server import Fact, FakeModel, fact
from tests.fakes.search_server import FakeSearch
from tests.support.server import ServerProcess
from tests.support.wire import Refused, Wire

SECONDS = 30.0


class Talk:
    """One user who talks with a server."""

    def __init__(self, target: str, user_id: str) -> None:
        """Talk as *user_id*."""
        self.user_id = user_id
        self.wire = Wire(target)
        self._channel = grpc.insecure_channel(target)
        self._stub = MemoryServiceStub(self._channel)

    def begin(self, message: str = "Hello", *, seconds: float = SECONDS, **fields: Any) -> Any:
        """Return the events of a chat as they come."""
        request = json_format.ParseDict(
            {"user_id": self.user_id, "message": message, **fields}, chat_pb2.ChatRequest()
        )
        return self._stub.Chat(request, timeout=seconds)

    def say(self, message: str = "Hello", **fields: Any) -> list[chat_pb2.ChatEvent]:
        """Return the events of a chat; raise Refused."""
        try:
            return list(self.begin(message, **fields))
        except grpc.RpcError as error:
            raise Refused(error) from None

    def messages(self) -> list[dict[str, Any]]:
        """Return what is stored of the user, oldest first."""
        exported = self.wire.call("UserService/ExportUser", user_id=self.user_id)
        lines = "".join(piece.lines for piece in exported).splitlines()
        records = [json.loads(line) for line in lines]
        return [one for one in records if one["type"] == "memory" and one["kind"] == 2]

    def close(self) -> None:
        """Hang up."""
        self._channel.close()
        self.wire.__exit__(None, None, None)


def kinds(events: list[chat_pb2.ChatEvent]) -> list[str]:
    """Return what happened, a run of the same once, however slow the machine: without keepalives."""
    happened = [event for event in events if not event.HasField("keepalive")]
    names = [str(event.WhichOneof("event")) for event in happened]
    return [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]


def text_of(events: list[chat_pb2.ChatEvent]) -> str:
    """Return all that was said."""
    return "".join(event.delta.text for event in events)


def only(events: list[chat_pb2.ChatEvent], name: str) -> Any:
    """Return the one event of this kind."""
    (found,) = [event for event in events if event.WhichOneof("event") == name]
    return getattr(found, name)


@pytest.fixture(scope="session")
def chats_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.EmbeddedPostgres]:
    """A Postgres for the servers of these tests."""
    server = embedded.start(tmp_path_factory.mktemp("chats") / "postgres")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def first_of_all() -> Iterator[FakeModel]:
    """The model of the first provider."""
    with FakeModel() as fake:
        yield fake


@pytest.fixture(scope="session")
def second_of_all() -> Iterator[FakeModel]:
    """The model of the second provider."""
    with FakeModel() as fake:
        yield fake


def _lives(text: str) -> list[Fact]:
    if "live in " not in text:
        return []
    place = text.partition("live in ")[2].partition(".")[0]
    return [fact(f"The user lives in {place}.", "location", place)]


@pytest.fixture(scope="session")
def reader() -> Iterator[FakeModel]:
    """The model that draws facts: where somebody lives."""
    with FakeModel(_lives) as fake:
        yield fake


@pytest.fixture(scope="session")
def searching() -> Iterator[FakeSearch]:
    """A scripted search engine."""
    with FakeSearch() as fake:
        yield fake


@pytest.fixture
def first(first_of_all: FakeModel) -> FakeModel:
    """The model of the first provider, which says something short."""
    return _anew(first_of_all, "I see.")


@pytest.fixture
def second(second_of_all: FakeModel) -> FakeModel:
    """The model of the second provider, which says something else."""
    return _anew(second_of_all, "The second one.")


def _anew(model: FakeModel, text: str) -> FakeModel:
    model.script.clear()
    model.requests.clear()
    model.release.clear()
    model.step = sending(*answering(text))
    return model


def new_database(postgres: embedded.EmbeddedPostgres) -> str:
    """Return the address of a database of its own."""
    name = f"chats_{uuid4().hex}"
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return psycopg.conninfo.make_conninfo(postgres.owner_conninfo, dbname=name)


def settings(url: str, folder: Path, *models: FakeModel, **more: Any) -> dict[str, str]:
    """Return the settings of a server that chats by *models*, called "first", "second" and so on."""
    names = ["first", "second", "third"][: len(models)]
    providers = [
        {
            "name": name,
            "base_url": model.base_url,
            "model": f"{name}-model",
            "models": [{"name": f"{name}-large", "input_price": 1, "output_price": 2}],
            "input_price": 10,
            "output_price": 20,
            "api_key": f"sk-key-of-{name}",
            **more.pop(f"{name}_provider", {}),
        }
        for name, model in zip(names, models, strict=True)
    ]
    environment = {
        "database_url": url,
        "data_dir": str(folder / "data"),
        "embedder": "none",
        "drain_seconds": 0,
        "grace_seconds": 2,
        "providers": json.dumps(providers),
        "chat_providers": json.dumps(names),
        # Tests follow each other more quickly than one tenant's users do.
        "rate": json.dumps({"units_per_second": 0}),
        "job_tell_seconds": 0.1,
        "job_backoff_factor": 0.02,
        **more,
    }
    return {name: str(value) for name, value in environment.items()}


@contextmanager
def serving(
    postgres: embedded.EmbeddedPostgres, folder: Path, *models: FakeModel, **more: Any
) -> Generator[ServerProcess]:
    """Run a server that chats by *models* on a database of its own; it is to end without a traceback."""
    environment = settings(new_database(postgres), folder, *models, **more)
    with ServerProcess(folder / "server.log", **environment) as server:
        yield server
    assert "Traceback" not in server.log(), server.log()[-3000:]


@contextmanager
def talking(server: ServerProcess, user_id: str = "") -> Generator[Talk]:
    """Talk with a server as *user_id*, or as a user of whom nothing is known."""
    with closing(Talk(server.target, user_id or f"user-{uuid4()}")) as talk:
        yield talk


@pytest.fixture(scope="module")
def chat_server(
    chats_postgres: embedded.EmbeddedPostgres,
    first_of_all: FakeModel,
    second_of_all: FakeModel,
    reader: FakeModel,
    searching: FakeSearch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ServerProcess]:
    """A server that chats by the two providers."""
    with serving(
        chats_postgres,
        tmp_path_factory.mktemp("server"),
        first_of_all,
        second_of_all,
        reader,
        chat_providers=json.dumps(["first", "second"]),
        extraction_provider="third",
        # So that what chats cost can be told apart.
        third_provider={"input_price": None, "output_price": None},
        extraction_roles=json.dumps(["user", "assistant"]),
        chat_keepalive_seconds=0.2,
        web_search_url=searching.base_url.removesuffix("/v1"),
    ) as server:
        yield server


@pytest.fixture
def talk(chat_server: ServerProcess) -> Iterator[Talk]:
    """A user of whom nothing is known."""
    with talking(chat_server) as talk:
        yield talk


@pytest.fixture
def chats_of_two(
    chats_postgres: embedded.EmbeddedPostgres,
    first: FakeModel,
    second: FakeModel,
    tmp_path: Path,
) -> Iterator[Talk]:
    """A user of a server that has not met its two providers yet."""
    yield from _alone(chats_postgres, tmp_path, first, second)


@pytest.fixture
def slow_chats(
    chats_postgres: embedded.EmbeddedPostgres, first: FakeModel, tmp_path: Path
) -> Iterator[Talk]:
    """A user of a server that is not patient with its provider."""
    impatient = {"first_byte_seconds": 0.5, "chunk_seconds": 0.5}
    yield from _alone(chats_postgres, tmp_path, first, first_provider=impatient)


def _alone(
    postgres: embedded.EmbeddedPostgres, folder: Path, *models: FakeModel, **more: Any
) -> Iterator[Talk]:
    with serving(postgres, folder, *models, **more) as server, talking(server, "somebody") as talk:
        yield talk
