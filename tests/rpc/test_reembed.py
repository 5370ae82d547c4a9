"""Changing the embedding model: nobody notices, nothing is lost, and whatever breaks off goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest

from memsvc import config
from memsvc.config import SettingsInvalid
from memsvc.store import embedded
from memsvc_client import MemoryClient
from tests.fakes.openai_server import FakeOpenAI, Mode
from tests.support.server import KEYS, ServerProcess
from tests.support.texts import contents, say
from tests.support.waiting import until

BATCH: Final = 8
SIX_FAILURES: Final[list[Mode]] = ["status_503"] * 6
#: An answer that hangs is waited for while other programs start, however slow the machine is.
SETTINGS: Final = """
embedder = "openai"
embedding_base_url = "{old}"
embedding_model = "old-model"
embedding_timeout_seconds = 90
{more}

[[embedders]]
name = "new"
kind = "openai"
base_url = "{new}"
model = "new-model"
dimension = 12
timeout_seconds = 90
"""


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[embedded.EmbeddedPostgres]:
    """A Postgres for the tests of this file."""
    server = embedded.start(tmp_path_factory.mktemp("reembed") / "postgres")
    with psycopg.connect(server.owner_conninfo, autocommit=True) as connection:
        connection.execute("create role operator login nosuperuser nobypassrls")
    yield server
    server.stop()


class World:
    """A database, endpoints of two models, and the processes that use them."""

    def __init__(self, folder: Path, url: str, stack: ExitStack) -> None:
        """Use the database at *url*, as an ordinary role; *stack* ends what is started."""
        self.folder = folder
        self.url = url
        self.stack = stack
        self.old = stack.enter_context(FakeOpenAI(dimension=8))
        self.new = stack.enter_context(FakeOpenAI(dimension=12))
        self.file = self.configured()

    def configured(self, more: str = "", *, only_new: bool = False) -> Path:
        """Write a file of settings."""
        text = SETTINGS.format(old=self.old.base_url, new=self.new.base_url, more=more)
        if only_new:
            text = "\n".join([
                'embedder = "openai"',
                f'embedding_base_url = "{self.new.base_url}"',
                'embedding_model = "new-model"',
                more,
            ])
        file = self.folder / f"{uuid4()}.toml"
        file.write_text(text)
        return file

    def process(self, file: Path | None = None, **environment: str) -> ServerProcess:
        """Start a server."""
        return ServerProcess(
            self.folder / f"{uuid4()}.log",
            *("--config", str(file or self.file)),
            database_url=self.url,
            drain_seconds="0",
            **environment,
        )

    def client(self, file: Path | None = None, **environment: str) -> MemoryClient:
        """Return a client of a server of its own."""
        server = self.stack.enter_context(self.process(file, **environment))
        return self.stack.enter_context(MemoryClient(server.target))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `memsvc reembed`."""
        command = [sys.executable, "-m", "memsvc", "reembed", *arguments]
        command += ["--config", str(self.file), "--database-url", self.url]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MEMSVC_")}
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def reembed(self, *arguments: str, status: int = 0) -> str:
        """Run it, and return what it told."""
        process = self.start(*arguments)
        output, told = process.communicate(timeout=90)
        assert process.returncode == status, output + told
        assert "Traceback" not in told
        return output + told

    def rows(self, query: str, tenant: str = "default") -> list[Any]:
        """Return what *query* gives for the tenant."""
        with psycopg.connect(self.url) as connection:
            connection.execute("select set_config('memsvc.tenant', %s, true)", (tenant,))
            return connection.execute(query).fetchall()

    def active_model(self) -> str:
        """Return the name of the model that serves."""
        ((model,),) = self.rows("select model from embedding_space where active")
        return str(model)

    def vectors(self, tenant: str = "default") -> dict[str, int]:
        """Return how many vectors there are, by model; all have their model's dimension."""
        rows = self.rows(
            "select model, count(*), bool_and(vector_dims(embedding) = dimension)"
            " from memory_embedding join embedding_space using (space_id) group by model",
            tenant,
        )
        assert all(fit for _, _, fit in rows)
        return {model: vectors for model, vectors, _ in rows}


@pytest.fixture
def world(installation: embedded.EmbeddedPostgres, tmp_path: Path) -> Iterator[World]:
    """An empty database that belongs to a role which row security binds."""
    name = f"reembed_{uuid4().hex}"
    with psycopg.connect(installation.owner_conninfo, autocommit=True) as connection:
        connection.execute(f"create database {name} owner operator")
    owner = psycopg.conninfo.make_conninfo(installation.owner_conninfo, dbname=name)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("create extension vector")
    with ExitStack() as stack:
        url = psycopg.conninfo.make_conninfo(owner, user="operator")
        yield World(tmp_path, url, stack)
    with psycopg.connect(installation.owner_conninfo, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


def script(*modes: Mode) -> deque[Mode]:
    """Return how the next requests are to be answered."""
    return deque(modes)


def line(number: int) -> str:
    """Return the text of a memory."""
    return f"The harbour number {number} freezes in January."


def store(client: MemoryClient, total: int, user: str = "u") -> None:
    """Store *total* memories."""
    for start in range(0, total, 50):
        say(client, user, *(line(number) for number in range(start, min(start + 50, total))))


def similarity(client: MemoryClient, text: str, user: str = "u") -> float:
    """Return how alike the query *text* is to the memory of that text; equal vectors give 1."""
    reply = client.recall(user_id=user, query=text, explain=True, limit=5)
    assert not reply.degraded, reply.degraded_reasons
    return max((r.breakdown.semantic for r in reply.results if r.memory.content == text), default=0)


def serves(client: MemoryClient) -> str:
    """Return the model by which a server compares memories."""
    return str(client.get_server_info().embedder.model)


def test_a_recall_never_notices(world: World) -> None:
    """All through a reembedding and the switch no Recall fails, is degraded, or misses its memory."""
    client = world.client()
    store(client, 200)
    ended = threading.Event()

    asked: list[str] = []

    def recall_all_the_while() -> None:
        while not ended.is_set():
            # Each has a vector of its own, so a mixture of spaces would show in the similarity.
            asked.append(line(len(asked) % 200))
            assert similarity(client, asked[-1]) > 0.999

    with ThreadPoolExecutor(1) as pool:
        recalls = pool.submit(recall_all_the_while)
        try:
            told = world.reembed("--to", "new", "--json", "--batch", str(BATCH))
            until(lambda: serves(client) == "new-model" or recalls.done())
            after = len(world.old.requests)
            enough = len(asked) + 250
            until(lambda: len(asked) > enough or recalls.done())
        finally:
            ended.set()
        recalls.result()

    assert len(world.old.requests) == after, "the former model is asked after the switch"
    events = [json.loads(text) for text in told.splitlines() if text.startswith("{")]
    assert [e["event"] for e in events if e["event"] != "progress"] == ["switched", "done"]
    assert [e for e in events if e["event"] == "progress"][-1]["done"] == 200
    assert [request.texts for request in world.new.requests].count([line(7)]) == 1, "not asked anew"
    assert world.vectors() == {"old-model": 200, "new-model": 200}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_what_was_cut_short_goes_on_where_it_was(world: World, number: int, status: int) -> None:
    """Killed or interrupted in mid-way and started again, it embeds no more than one batch twice."""
    client = world.client()
    store(client, 100)
    world.new.script = script("ok", "ok", "ok", "ok", "ok", "hang")
    process = world.start("--to", "new", "--batch", str(BATCH))
    until(lambda: len(world.new.requests) == 6)
    process.send_signal(number)
    _, told = process.communicate(timeout=30)
    world.new.release.set()

    assert process.returncode == status, told
    if number == signal.SIGINT:
        assert "40 of 100 memories" in told
        assert "the same command goes on" in told
    assert world.vectors() == {"old-model": 100, "new-model": 5 * BATCH}
    assert world.active_model() == "old-model"
    assert similarity(client, line(1)) > 0.999

    world.reembed("--to", "new", "--batch", str(BATCH))

    times = Counter(text for request in world.new.requests for text in request.texts)
    twice = [text for text in times if text.startswith("The harbour") and times[text] > 1]
    assert len(twice) <= BATCH
    assert world.vectors() == {"old-model": 100, "new-model": 100}


def test_writers_lose_no_vector(world: World) -> None:
    """What two servers store before, during and after the switch all gets its vector in the new space."""
    clients = [world.client(), world.client()]
    store(clients[0], 100)
    ended = threading.Event()

    def write(client: MemoryClient, name: str) -> list[str]:
        texts: list[str] = []
        while not ended.is_set():
            texts.append(f"{name} wrote the letter {len(texts)}.")
            say(client, name, texts[-1])
            if len(texts) % 3 == 0:
                memory = client.create_memory(user_id=name, content=f"{texts[-1]} draft").memory
                texts.append(f"{name} wrote the note {len(texts)}.")
                memory.content = texts[-1]
                client.update_memory(memory=memory)
        return texts

    with ThreadPoolExecutor(2) as pool:
        writers = {
            name: pool.submit(write, client, name)
            for client, name in zip(clients, ("ada", "bob"), strict=True)
        }
        try:
            world.reembed("--to", "new", "--batch", str(BATCH))
            for client in clients:
                until(lambda client=client: serves(client) == "new-model")  # type: ignore[misc]
        finally:
            ended.set()
        written = {name: writer.result() for name, writer in writers.items()}

    until(lambda: not world.rows("select from pending_embedding"))
    missing = world.rows(
        "select content from memory where not exists (select from memory_embedding as vector"
        " join embedding_space using (space_id)"
        " where active and vector.memory_id = memory.memory_id)"
    )
    assert not missing
    for name, texts in written.items():
        assert len(texts) > 10
        for client in clients:
            assert similarity(client, texts[0], name) > 0.999
            assert similarity(client, texts[-1], name) > 0.999


def test_what_is_stored_at_the_switch_is_not_lost_with_the_reembedding(world: World) -> None:
    """Killed right after the switch, it leaves no memory without a vector: servers look by themselves."""
    client = world.client()
    store(client, 20)
    process = world.start("--to", "new", "--json")
    until(lambda: "switched" in (process.stdout.readline() if process.stdout else ""))
    say(client, "u", "stored at the switch")
    process.kill()
    process.communicate()

    until(lambda: world.vectors().get("new-model") == 21)
    assert similarity(client, "stored at the switch") > 0.999
    assert "serves already" in world.reembed("--to", "new")


def test_a_call_under_way_at_the_switch_ends_in_the_space_that_it_began_in(world: World) -> None:
    """A vector that the former model takes its time for is never stored as one of the new model."""
    client = world.client()
    store(client, 20)
    world.new.script = script("hang")
    process = world.start("--to", "new")
    until(lambda: world.new.requests)
    world.old.script = script("hang")
    asked = len(world.old.requests)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(say, client, "u", "a slow text")
        until(lambda: len(world.old.requests) > asked)
        world.new.release.set()
        until(lambda: serves(client) == "new-model")
        say(client, "u", "a quick text")
        world.old.release.set()
        slow.result()
    _, told = process.communicate(timeout=60)

    assert process.returncode == 0, told
    assert world.vectors()["old-model"] == 21
    until(lambda: world.vectors()["new-model"] == 22)
    assert similarity(client, "a slow text") > 0.999


def test_a_server_that_cannot_reach_the_new_embedder_yet_stays_with_the_former_one(
    world: World,
) -> None:
    """Until it has the new embedder its answers come from the former space, and are whole."""
    away = world.stack.enter_context(FakeOpenAI(dimension=12))
    away.mode = "status_500"
    file = world.folder / "away.toml"
    text = world.file.read_text().replace(world.new.base_url, away.base_url)
    file.write_text(text.replace("dimension = 12", ""))
    client = world.client(file)
    store(client, 20)

    world.reembed("--to", "new")
    until(lambda: away.requests)
    assert similarity(client, line(3)) > 0.999
    assert serves(client) == "old-model"

    away.mode = "ok"
    until(lambda: serves(client) == "new-model")
    assert similarity(client, line(3)) > 0.999


def test_the_switch_changes_the_answers_and_rollback_gives_the_former_ones(world: World) -> None:
    """After the switch no former vector counts; after the rollback the answers are as they were."""
    client = world.client()
    store(client, 30)

    def answer() -> list[tuple[str, float]]:
        reply = client.recall(user_id="u", query="Which one freezes?", explain=True, limit=10)
        assert not reply.degraded
        return [(r.memory.content, round(r.breakdown.semantic, 5)) for r in reply.results]

    before = answer()
    assert "--rollback" in world.reembed("--to", "new")
    until(lambda: serves(client) == "new-model")
    changed = answer()
    say(client, "other", "stored since")
    world.reembed("--rollback")
    until(lambda: serves(client) == "old-model")

    assert changed != before
    assert answer() == before
    assert similarity(client, "stored since", "other") > 0.999

    world.reembed("--rollback")
    until(lambda: serves(client) == "new-model")
    assert answer() == changed


def test_dropped_vectors_are_gone_and_with_them_the_way_back(world: World) -> None:
    """--drop-old deletes exactly what does not serve; a rollback is then refused, not half done."""
    client = world.client()
    store(client, 30)
    assert "30 of 30 memories would be embedded" in world.reembed("--to", "new", "--dry-run")
    assert world.vectors() == {"old-model": 30}
    world.reembed("--to", "new")
    until(lambda: serves(client) == "new-model")
    assert "30 vectors would be deleted" in world.reembed("--drop-old", "--dry-run")

    world.reembed("--drop-old")

    assert world.vectors() == {"new-model": 30}
    assert similarity(client, line(3)) > 0.999
    assert "no former model" in world.reembed("--rollback", status=2)
    world.reembed("--to", "default")
    until(lambda: serves(client) == "old-model")
    assert world.vectors() == {"new-model": 30, "old-model": 30}


@pytest.mark.parametrize("mode", ["nan", "wrong_dimension", "zero", "status_500"])
def test_unusable_vectors_are_never_stored_and_never_switched_to(world: World, mode: Mode) -> None:
    """An embedder that gives garbage ends the change with status 3; the former model goes on."""
    client = world.client()
    store(client, 10)
    world.new.mode = mode

    told = world.reembed("--to", "new", "--patience", "0.5", status=3)

    assert "goes on serving" in told
    assert world.active_model() == "old-model"
    assert world.vectors() == {"old-model": 10}
    assert similarity(client, line(3)) > 0.999


def test_an_embedder_that_comes_back_is_waited_for(world: World) -> None:
    """A failure that passes costs time and nothing else."""
    client = world.client()
    store(client, 40)
    world.new.script = script("ok", "ok", *SIX_FAILURES, "drop", "nan")

    assert "trying again" in world.reembed("--to", "new", "--batch", str(BATCH))

    assert world.vectors() == {"old-model": 40, "new-model": 40}


def test_a_refused_text_prevents_the_switch_unless_it_is_allowed(world: World) -> None:
    """The memory is named, the others are embedded; once allowed the switch lets it wait."""
    client = world.client()
    store(client, 20)
    say(client, "u", "poison")
    world.new.refused = "poison"

    told = world.reembed("--to", "new", status=1)
    ((memory_id,),) = world.rows("select memory_id from memory where content = 'poison'")
    assert str(memory_id) in told
    assert "Not switched: 1 memories" in told
    assert world.active_model() == "old-model"
    assert world.vectors() == {"old-model": 21, "new-model": 20}
    assert similarity(client, "poison") > 0.999

    world.reembed("--to", "new", "--allow-missing", "1")
    assert world.active_model() == "new-model"
    assert world.rows("select memory_id from pending_embedding") == [(memory_id,)]
    until(lambda: serves(client) == "new-model")
    reply = client.recall(user_id="u", query="harbour")
    assert list(reply.degraded_reasons) == ["EMBEDDINGS_PENDING"]
    world.new.refused = ""
    until(lambda: not client.recall(user_id="u", query="harbour").degraded)


def test_two_at_once_are_refused(world: World) -> None:
    """While one changes the model, another one ends with status 3 and changes nothing."""
    store(world.client(), 10)
    world.new.script = script("hang")
    first = world.start("--to", "new")
    until(lambda: world.new.requests)

    for arguments in (["--to", "default"], ["--rollback"], ["--drop-old"]):
        assert "Another process" in world.reembed(*arguments, status=3)

    world.new.release.set()
    _, told = first.communicate(timeout=60)
    assert first.returncode == 0, told


def test_all_tenants_are_embedded_by_a_role_that_row_security_binds(
    world: World, credentials_file: Path
) -> None:
    """Each tenant's memories get their vectors under its own name."""
    server = world.stack.enter_context(world.process(credentials_file=str(credentials_file)))
    for tenant, key in KEYS.items():
        with MemoryClient(server.target, api_key=key) as client:
            say(client, "u", *(f"{tenant} says {number}" for number in range(10)))
    roles = world.rows(
        "select rolsuper, rolbypassrls from pg_roles where rolname = current_user", "nobody"
    )
    assert roles == [(False, False)]

    world.reembed("--to", "new")

    for tenant in KEYS:
        assert world.vectors(tenant) == {"old-model": 10, "new-model": 10}
    assert world.vectors("nobody") == {}


def test_a_server_loads_the_embedder_of_the_vectors_that_there_are(world: World) -> None:
    """Restarted after a switch, with the former model as its default one, a server serves the new one."""
    with world.process() as first, MemoryClient(first.target) as client:
        store(client, 5)
    world.reembed("--to", "new")

    asked = len(world.old.requests)
    client = world.client()

    assert serves(client) == "new-model"
    assert similarity(client, line(3)) > 0.999
    assert len(world.old.requests) == asked, "the former embedder was loaded too"


def test_a_server_with_another_embedder_says_how_to_change(world: World) -> None:
    """It ranks by words and names the command; told to be strict it does not start, with status 3."""
    with world.process() as first, MemoryClient(first.target) as client:
        store(client, 5)

    other = world.configured(only_new=True)
    with world.process(other) as server, MemoryClient(server.target) as client:
        reply = client.recall(user_id="u", query="harbour")
        (mismatch,) = [x for x in server.log_lines() if x["event"] == "embedding_space_mismatch"]
    assert list(reply.degraded_reasons) == ["EMBEDDING_SPACE_MISMATCH"]
    assert len(contents(reply)) == 5
    assert mismatch["remedy"] == "memsvc reembed --to default"

    strict = world.process(world.configured("embedding_space_strict = true", only_new=True))
    assert strict.process.wait(timeout=30) == 3
    strict.stop()
    (told,) = [x for x in strict.log_lines() if x["event"] == "cannot_serve"]
    assert "memsvc reembed --to default" in told["error"]
    assert "Traceback" not in strict.log()


def test_a_server_without_the_new_embedder_goes_on_by_words(world: World) -> None:
    """A running server that cannot follow says so; what it stores is embedded all the same."""
    only_old = world.folder / "only_old.toml"
    only_old.write_text(
        f'embedder = "openai"\nembedding_base_url = "{world.old.base_url}"\n'
        'embedding_model = "old-model"\n'
    )
    left_behind, other = world.client(only_old), world.client()
    store(left_behind, 10)

    world.reembed("--to", "new")

    def reasons() -> list[str]:
        return list(left_behind.recall(user_id="u", query=str(uuid4())).degraded_reasons)

    until(lambda: reasons() == ["EMBEDDING_SPACE_MISMATCH"])
    say(left_behind, "late", "stored by words")
    until(lambda: serves(other) == "new-model")
    until(lambda: not other.recall(user_id="late", query="stored").degraded)
    assert similarity(other, "stored by words", "late") > 0.999


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--to", "nowhere"], "default, new"),
        ([], "Give one of"),
        (["--to", "new", "--rollback"], "Give one of"),
        (["--rollback"], "no former model"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(world: World, arguments: list[str], told: str) -> None:
    """Exit status 2, a sentence, and nothing done."""
    assert told in world.reembed(*arguments, status=2)


def test_names_of_embedders_are_unique(tmp_path: Path) -> None:
    """Two embedders of one name, or one called as the default one is, are a fault of the settings."""
    file = tmp_path / "memsvc.toml"
    one = '[[embedders]]\nname = "{}"\nkind = "local"\n'
    for names in (["a", "a"], ["default"]):
        file.write_text("".join(one.format(name) for name in names))
        with pytest.raises(SettingsInvalid, match=f"{names[0]} stands there twice"):
            config.load(file)
    file.write_text('[[embedders]]\nname = "a"\nkind = "openai"\napi_key = "sk-secret"\n')
    assert "sk-secret" not in repr(config.load(file))
