"""`memsvc import` as a user sees it: idempotent, resumable, and honest about what it left out."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import grpc
import pytest
from typer.testing import CliRunner, Result

from memsvc.__main__ import app
from memsvc.cli import importing
from memsvc.cli.batching import ChunkLimits
from memsvc.v1.memory_pb2 import EmbeddingMode
from memsvc.v1.memory_service_pb2 import IngestStreamResponse
from tests.cli import samples
from tests.cli.conftest import Import, Lines
from tests.cli.fake_server import Context, FakeServer, Requests, fails, holds, refuses, stores


def _summary(result: Result) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(result.stdout)
    return summary


def _talk(count: int) -> list[dict[str, str]]:
    return [{"user_id": "ana", "content": f"text {number}"} for number in range(count)]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two messages a chunk, so that little makes several."""
    monkeypatch.setattr(importing, "CHUNK", ChunkLimits(messages=2))


def test_importing_twice_stores_once(fake: FakeServer, run_import: Import, lines: Lines) -> None:
    """The second import of a file changes nothing and says so."""
    file = lines(*_talk(250))

    first = run_import(file, "--json")
    second = run_import(file, "--json")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert _summary(first) == {
        "messages": 250,
        "duplicates": 0,
        "skipped": 0,
        "errors": 0,
        "seconds": _summary(first)["seconds"],
        "resumed_from": None,
    }
    assert (_summary(second)["messages"], _summary(second)["duplicates"]) == (0, 250)
    assert fake.contents() == [f"text {number}" for number in range(250)]
    assert [len(request.messages) for request in fake.calls[0]] == [100, 100, 50]


@pytest.mark.parametrize(
    ("document", "arguments", "count", "left_out"),
    [
        (samples.chatgpt(), ["--user-id", "ana"], 3, 4),
        (samples.claude(), ["--user-id", "ana"], 3, 1),
        (samples.locomo(), [], 2, 1),
        ([{"role": "user", "content": "Hello."}], ["--user-id", "ana"], 1, 0),
    ],
)
def test_every_layout_arrives(
    run_import: Import, fake: FakeServer, tmp_path: Path, document: Any, arguments: list[str],
    count: int, left_out: int,
) -> None:  # fmt: skip
    """What is read of a file is what the server gets, and what is left out is counted."""
    file = tmp_path / "conversations.json"
    file.write_text(json.dumps(document))

    result = run_import(file, *arguments)

    assert result.exit_code == 0, result.stderr
    assert len(fake.stored) == count
    assert f"{count} messages stored, 0 known before, {left_out} left out" in result.stdout


def test_the_credential_and_the_mode_go_with_the_call(
    fake: FakeServer, run_import: Import, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key comes from the flag or the environment; vectors are immediate unless deferred."""
    file = lines(*_talk(1))
    monkeypatch.setenv("MEMSVC_API_KEY", "from-environment")

    run_import(file)
    run_import(file, "--api-key", "from-flag", "--embedding", "deferred")

    assert [call["authorization"] for call in fake.metadata] == [
        "Bearer from-environment",
        "Bearer from-flag",
    ]
    assert [call[0].embedding_mode for call in fake.calls] == [
        EmbeddingMode.EMBEDDING_MODE_IMMEDIATE,
        EmbeddingMode.EMBEDDING_MODE_DEFERRED,
    ]


@pytest.mark.usefixtures("small_chunks")
def test_an_interrupted_import_goes_on_after_the_last_acknowledged_chunk(
    fake: FakeServer, run_import: Import, lines: Lines
) -> None:
    """The same command sends only what was not acknowledged, and sums up both runs."""
    file = lines(*_talk(3), {"user_id": "ana", "content": ""}, *_talk(7)[3:])
    fake.plan.extend([stores, stores, *[fails(grpc.StatusCode.UNAVAILABLE)] * 3])

    broken = run_import(file, "--json")
    calls = len(fake.calls)
    resumed = run_import(file, "--json")
    again = run_import(file, "--json")

    assert broken.exit_code == 3
    assert "cannot be reached (UNAVAILABLE: as planned)" in broken.stderr
    assert "4 of 7 messages are acknowledged; the same command goes on from there" in broken.stderr
    assert _summary(broken)["messages"] == 4
    assert resumed.exit_code == 0
    assert "Going on after 4 messages" in resumed.stderr
    assert _summary(resumed) | {"seconds": 0} == {
        "messages": 7,
        "duplicates": 0,
        "skipped": 1,
        "errors": 0,
        "seconds": 0,
        "resumed_from": 4,
    }
    sent = [m.content for call in fake.calls[calls : calls + 2] for r in call for m in r.messages]
    assert sent == ["text 4", "text 5", "text 6"]
    # The journal has gone: the third run begins anew.
    assert (_summary(again)["resumed_from"], _summary(again)["duplicates"]) == (None, 7)


@pytest.mark.usefixtures("small_chunks")
def test_restart_ignores_the_journal_and_so_does_another_import(
    fake: FakeServer, run_import: Import, lines: Lines
) -> None:
    """Only the same file, server, key and user go on; --restart begins from the first message."""
    file = lines(*_talk(4))
    fake.plan.extend([stores, fails(grpc.StatusCode.INTERNAL)])
    assert run_import(file).exit_code == 3

    other = run_import(file, "--json", "--api-key", "another-tenants")
    anew = run_import(file, "--json", "--restart")

    assert (_summary(other)["resumed_from"], _summary(other)["duplicates"]) == (None, 2)
    assert (_summary(anew)["resumed_from"], _summary(anew)["duplicates"]) == (None, 4)


@pytest.mark.usefixtures("small_chunks")
def test_a_journal_of_ones_own_is_kept_where_it_is_wanted(
    fake: FakeServer, run_import: Import, lines: Lines, tmp_path: Path
) -> None:
    """--journal is used while an import is under way, and is not there in the end."""
    file, journal = lines(*_talk(4)), tmp_path / "journal"
    fake.plan.extend([stores, fails(grpc.StatusCode.INTERNAL)])

    run_import(file, "--journal", str(journal))
    assert journal.exists()
    wrong = run_import(file, "--journal", str(file))
    result = run_import(file, "--journal", str(journal), "--json")

    assert (wrong.exit_code, "not a journal" in wrong.stderr) == (2, True)
    assert _summary(result)["resumed_from"] == 2
    assert not journal.exists()


@pytest.mark.usefixtures("small_chunks")
def test_an_interruption_by_the_user_can_be_resumed(
    fake: FakeServer, run_import: Import, lines: Lines
) -> None:
    """Ctrl-C ends with status 130 and the same promise as a lost server, and cancels the call."""
    ended = threading.Event()

    def interrupt(_: FakeServer, __: Requests, context: Context) -> IngestStreamResponse:
        context.add_callback(ended.set)
        os.kill(os.getpid(), signal.SIGINT)
        assert ended.wait(30)
        return IngestStreamResponse()

    fake.plan.extend([stores, interrupt])
    file = lines(*_talk(4))

    result = run_import(file)
    resumed = run_import(file, "--json")

    assert result.exit_code == 130
    assert "Interrupted. 2 of 4 messages are acknowledged; the same command" in result.stderr
    assert ended.is_set()
    assert _summary(resumed)["resumed_from"] == 2
    assert len(fake.stored) == 4


def test_what_cannot_be_stored_is_listed_and_the_rest_is_stored(
    fake: FakeServer, run_import: Import, lines: Lines
) -> None:
    """Bad lines and refused messages are named with their reasons, and the status is 1."""
    bad = [f"no JSON {number}" for number in range(25)]
    file = lines(*_talk(2), *bad, {"user_id": "ana", "content": "tea"})
    fake.plan.extend([refuses(grpc.StatusCode.INVALID_ARGUMENT, holds("text 1"))] * 2)

    result = run_import(file, "--json")

    assert result.exit_code == 1
    assert fake.contents() == ["text 0", "tea"]
    assert "26 faulty:" in result.stderr
    assert "line 3: it is not JSON" in result.stderr
    assert result.stderr.count("it is not JSON") == 20
    assert "and 6 more" in result.stderr
    assert _summary(result)["errors"] == 26


def test_a_refused_message_is_named_by_its_place(
    fake: FakeServer, run_import: Import, lines: Lines
) -> None:
    """What the server says of a message is told with its line."""
    fake.plan.append(refuses(grpc.StatusCode.INVALID_ARGUMENT, lambda _: True, "NUL_BYTE"))

    result = run_import(lines(*_talk(1)))

    assert result.exit_code == 1
    assert "  line 1: INVALID_ARGUMENT NUL_BYTE: as planned" in result.stderr
    assert "0 messages stored" in result.stdout


def test_a_dry_run_sends_nothing(fake: FakeServer, run_import: Import, lines: Lines) -> None:
    """It counts what would be sent and names what is faulty."""
    file = lines(*_talk(3), "no JSON", {"user_id": "ana", "content": ""})

    result = run_import(file, "--dry-run")
    as_json = run_import(file, "--dry-run", "--json")

    assert result.exit_code == 1
    assert "3 messages to send, 1 left out, 1 faulty. Nothing was sent." in result.stdout
    assert (_summary(as_json)["messages"], _summary(as_json)["errors"]) == (3, 1)
    assert not fake.calls


def test_a_file_that_names_no_user_needs_one(
    fake: FakeServer, run_import: Import, lines: Lines
) -> None:
    """Without any user nothing is sent; where only some messages lack one, those are faulty."""
    nobody = {"content": "Hello."}

    none = run_import(lines(nobody))
    assert (none.exit_code, none.stdout) == (2, "")
    assert "give --user-id" in none.stderr
    assert not fake.calls

    some = run_import(lines(nobody, *_talk(1)))
    assert (some.exit_code, len(fake.stored)) == (1, 1)
    assert "line 1: it names no user_id" in some.stderr

    given = run_import(lines(nobody, *_talk(1)), "--user-id", "ben", "--conversation-id", "c")
    assert given.exit_code == 0
    assert {user for user, _ in fake.stored} == {"ana", "ben"}
    assert {request.conversation_id for request in fake.calls[-1]} == {"c"}


def test_what_cannot_be_used_is_told_in_one_line(
    run_import: Import, lines: Lines, tmp_path: Path
) -> None:
    """A bad file, a bad key and a bad place for the journal end with status 2 and one sentence."""
    file = lines(*_talk(1))
    for result in (
        run_import(tmp_path),
        run_import(tmp_path / "missing"),
        run_import(lines("tea")),
        run_import(lines(*_talk(1)), "--api-key", "schlüssel"),
        run_import(file, "--journal", str(file / "journal")),
    ):
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("surroundings")
def test_a_server_that_is_not_there_is_told_with_status_3(lines: Lines) -> None:
    """Who starts too early learns that nothing was sent and that nothing is lost."""
    command = ["import", str(lines(*_talk(1))), "--target", "127.0.0.1:1"]

    result = CliRunner().invoke(app, command)

    assert result.exit_code == 3
    assert "The server at 127.0.0.1:1 cannot be reached (UNAVAILABLE" in result.stderr
    assert "0 of 1 messages are acknowledged" in result.stderr


def test_a_refusal_of_the_whole_is_told_with_status_3(
    fake: FakeServer, run_import: Import, lines: Lines
) -> None:
    """A missing credential or an older server is no fault of the messages."""
    fake.plan.append(fails(grpc.StatusCode.UNAUTHENTICATED))

    result = run_import(lines(*_talk(1)))

    assert result.exit_code == 3
    assert "refuses the import (UNAUTHENTICATED: as planned)" in result.stderr
    assert len(fake.calls) == 1


def test_nothing_that_steers_a_terminal_is_printed(run_import: Import, lines: Lines) -> None:
    """What a file or a server says cannot move the cursor or pretend to be markup."""
    result = run_import(lines({"user_id": "ana", "content": "x", "\x1b[2J[bold]": 1}))

    assert "\x1b" not in result.stderr
    assert "[bold]" in result.stderr
