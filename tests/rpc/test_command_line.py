"""The command line: settings checked before anything starts, several processes, a clean end."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from memsvc import config
from memsvc.config import SettingsInvalid
from memsvc.store import embedded
from memsvc_client import MemoryClient
from tests.support.server import ServerProcess
from tests.support.texts import contents, say


def test_flags_go_over_environment_over_file_over_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each source of settings overrides the ones below it."""
    file = tmp_path / "memsvc.toml"
    file.write_text("port = 1\ngrace_seconds = 1\ncalls_max = 7\n")
    monkeypatch.setenv("MEMSVC_GRACE_SECONDS", "2")
    monkeypatch.setenv("MEMSVC_PORT", "2")

    settings = config.load(file, port=3, host=None)

    assert (settings.port, settings.grace_seconds, settings.calls_max) == (3, 2, 7)
    assert settings.host == "127.0.0.1"


def test_every_fault_is_told_at_once_and_no_secret() -> None:
    """Faulty settings are listed together; values of secrets are not shown."""
    with pytest.raises(SettingsInvalid) as caught:
        config.load(None, port=99999, processes=0, embedder="magic")

    for name in ("port", "processes", "embedder"):
        assert name in str(caught.value)
    settings = config.load(None, embedding_api_key="sk-secret", database_url="host=x password=pw")
    assert "sk-secret" not in repr(settings)
    assert "pw" not in repr(settings)


def test_a_fault_is_shown_to_the_letter(tmp_path: Path) -> None:
    """Brackets are no markup, and no line is broken."""
    file = tmp_path / ("a" * 100 + ".toml")
    file.write_text('[[providers]]\nname = "Open AI"\nmodel = "m"\nbase_url = "https://x"\n')
    done = subprocess.run(
        [sys.executable, "-m", "memsvc", "check-config", "--config", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    file.unlink()
    gone = subprocess.run(done.args, capture_output=True, text=True, timeout=60, check=False)

    assert "providers.0.name: String should match pattern '^[a-z0-9_-]{1,64}$'\n" in done.stderr
    assert f"{file}: there is no such file\n" in gone.stderr
    assert done.returncode == gone.returncode == 2


def test_settings_that_cannot_be_read_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not there is not passed over; what is no JSON in the environment is named, not shown."""
    with pytest.raises(SettingsInvalid, match=r"nowhere\.toml: there is no such file"):
        config.load(tmp_path / "nowhere.toml")
    monkeypatch.setenv("MEMSVC_PROVIDERS", '[{"api_key": "sk-secret",}]')
    with pytest.raises(SettingsInvalid, match=r'"providers".*JSON') as caught:
        config.load(None)
    assert "sk-secret" not in str(caught.value)


def test_a_key_that_is_missing_is_told_with_its_provider(tmp_path: Path) -> None:
    """A file that is not there, an empty one, and a provider of the net without a key: each by its setting."""
    empty = tmp_path / "empty"
    empty.touch()
    file = tmp_path / "memsvc.toml"
    told = {
        f'api_key_file = "{tmp_path}/none"': f"providers: one: api_key_file: {tmp_path}/none: ",
        f'api_key_file = "{empty}"': "providers: one: api_key_file: is empty",
        "": "providers: one: api_key or api_key_file is missing",
    }
    for key, fault in told.items():
        file.write_text(f'[[providers]]\nname = "one"\nkind = "openai"\nmodel = "m"\n{key}\n')
        with pytest.raises(SettingsInvalid) as caught:
            config.load(file)
        assert fault in str(caught.value)
    file.write_text('web_search_api_key_file = "none"')
    with pytest.raises(SettingsInvalid, match="web_search_api_key_file: none: No such file"):
        config.load(file)
    for address in ('kind = "ollama"', 'kind = "openai"\nbase_url = "http://127.0.0.1:9/v1"'):
        file.write_text(f'[[providers]]\nname = "one"\n{address}\nmodel = "m"\n')
        config.load(file)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("\ufeffsk-secret\n".encode(), "holds characters that no key has"),
        (b"sk-secret\nanother line\n", "holds characters that no key has"),
        ("sk-secret".encode("utf-16"), "is not UTF-8"),
    ],
)
def test_a_key_that_cannot_be_sent_is_told_at_the_start(
    tmp_path: Path, content: bytes, fault: str
) -> None:
    """Editors and shells add what belongs to no key, with which no answer would ever come."""
    (tmp_path / "key").write_bytes(content)
    file = tmp_path / "memsvc.toml"
    file.write_text(
        f'[[providers]]\nname = "one"\nkind = "openai"\nmodel = "m"\napi_key_file = "{tmp_path}/key"\n'
    )
    with pytest.raises(SettingsInvalid, match=f"providers: one: api_key_file: .*{fault}") as caught:
        config.load(file)
    assert "secret" not in str(caught.value)


def test_beyond_loopback_a_server_without_credentials_does_not_start() -> None:
    """Listening to others needs credentials or the explicit mesh mode."""
    with pytest.raises(SettingsInvalid, match=r"0\.0\.0\.0"):
        config.load(None, host="0.0.0.0")  # ruff: ignore[hardcoded-bind-all-interfaces] - the point of the test

    assert config.load(None, host="0.0.0.0", tenant_header="x-tenant").tenant_header  # ruff: ignore[hardcoded-bind-all-interfaces]
    assert config.load(None, host="::1").on_loopback
    assert config.load(None, host="localhost").on_loopback


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["serve", "--host", "0.0.0.0"], 2, "credentials_file"),  # ruff: ignore[hardcoded-bind-all-interfaces]
        (["serve", "--port", "70000"], 2, "port"),
        (["serve", "--config", "nowhere.toml"], 2, "nowhere.toml"),
        (["serve", "--database-url", "host=127.0.0.1 port=1 dbname=x"], 3, "cannot_serve"),
    ],
)
def test_what_cannot_start_says_why_and_with_which_status(
    arguments: list[str], status: int, told: str
) -> None:
    """Exit status 2 for the settings, 3 for the surroundings, and one clear line."""
    done = subprocess.run(
        [sys.executable, "-m", "memsvc", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"MEMSVC_DATABASE_WAIT_SECONDS": "0", "PATH": ""},
    )

    assert done.returncode == status, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_two_processes_serve_one_port_and_one_memory(tmp_path: Path, model_dir: Path) -> None:
    """With --processes 2 every connection sees the same store, and SIGTERM ends both in order."""
    process = ServerProcess(
        tmp_path / "server.log",
        *("--processes", "2"),
        data_dir=str(tmp_path / "data"),
        model_dir=str(model_dir),
        drain_seconds="0",
    )
    with process:
        clients = [MemoryClient(process.target) for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            ids = list(pool.map(lambda c: say(c, "u", f"hello {id(c)}")[0], clients))
        assert len(set(ids)) == 8
        for client in clients:
            assert len(contents(client.recall(user_id="u", query="hello", limit=20))) == 8
            client.close()
        process.signal(signal.SIGTERM)
        assert process.process.wait(timeout=30) == 0
    stopped = [line for line in process.log_lines() if line["event"] == "stopped"]
    assert len(stopped) == 2


def test_a_signal_during_the_start_leaves_nothing_behind(tmp_path: Path, model_dir: Path) -> None:
    """SIGTERM before the server is ready ends it in order, its Postgres included."""
    data = tmp_path / "data"
    process = ServerProcess(
        tmp_path / "server.log", data_dir=str(data), model_dir=str(model_dir), drain_seconds="0"
    )
    while not (data / "postgres" / "postmaster.pid").exists():
        assert process.process.poll() is None
    process.signal(signal.SIGTERM)

    assert process.stop() in {0, -signal.SIGTERM}
    if process.process.returncode == 0:
        assert not (data / "postgres" / "postmaster.pid").exists()


def test_a_port_is_not_shared_by_accident(
    server: ServerProcess, tmp_path: Path, model_dir: Path
) -> None:
    """A second server on a port that is taken ends with status 3 instead of stealing calls."""
    port = server.target.rpartition(":")[2]
    second = ServerProcess(
        tmp_path / "server.log",
        *("--port", port),
        data_dir=str(tmp_path / "data"),
        model_dir=str(model_dir),
    )

    assert second.process.wait(timeout=60) == 3
    second.stop()
    faults = [line for line in second.log_lines() if line["event"] == "cannot_serve"]
    assert port in faults[0]["error"]


@pytest.mark.parametrize("as_superuser", [True, False])
def test_a_database_of_ones_own_serves_as_well(
    postgres: embedded.EmbeddedPostgres, tmp_path: Path, model_dir: Path, *, as_superuser: bool
) -> None:
    """With --database-url everything is stored there, as a role that row security binds."""
    name = f"own{int(as_superuser)}"
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        if not as_superuser:
            connection.execute("create role owner_of_own login")
            connection.execute(f"alter database {name} owner to owner_of_own")
    url = psycopg.conninfo.make_conninfo(postgres.owner_conninfo, dbname=name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create extension if not exists vector")
    if not as_superuser:
        url = psycopg.conninfo.make_conninfo(url, user="owner_of_own")
    process = ServerProcess(
        tmp_path / "server.log", database_url=url, model_dir=str(model_dir), drain_seconds="0"
    )
    with process, MemoryClient(process.target) as client:
        say(client, "u", "The invoice is XK-4471.")
        recalled = contents(client.recall(user_id="u", query="Which invoice?"))
    with psycopg.connect(url) as connection:
        row = connection.execute("select set_config('memsvc.tenant', 'default', true)").fetchone()
        assert row
        stored = connection.execute("select content from memory").fetchall()

    assert recalled == ["The invoice is XK-4471."]
    assert stored == [("The invoice is XK-4471.",)]
