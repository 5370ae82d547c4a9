"""Killing the server at any moment of a stream: no message is lost, no answer is there twice."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from uuid import uuid4

import grpc
import pytest

from memsvc.store import embedded
from tests.chats.conftest import Talk, new_database, settings, text_of
from tests.fakes.chat_steps import DONE, Part, chunk, sending
from tests.fakes.model_server import Exchange, FakeModel
from tests.support.server import ServerProcess

WORDS = ["One", " two", " three", " four", " five"]
WHOLE = "".join(WORDS)
#: Moments of a turn: before the model says anything, after each of its pieces, and after the caller has
#: each of the first events, or the last but so many.
AT_THE_MODEL = list(range(8))
AT_THE_CALLER = [*range(1, 12)]
#: So many milliseconds after the model's last byte, while the answer is being stored.
WHILE_STORING = [0, 1, 2, 3, 4, 6, 8, 10, 15, 20, 30]


class Killed:
    """A server that is killed and started again on the same database."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        """Start the first one."""
        self._folder = folder
        self._environment = environment
        self._stack = ExitStack()
        self._count = 0
        self.server = self.start()

    def start(self) -> ServerProcess:
        """Start one."""
        self._count += 1
        self.server = ServerProcess(self._folder / f"{self._count}.log", **self._environment)
        self._stack.callback(self.server.stop)
        return self.server.wait_until_ready()

    def kill(self) -> None:
        """Kill the one that runs."""
        self.server.signal(signal.SIGKILL)
        self.server.process.wait(timeout=30)

    def close(self) -> None:
        """End all."""
        self._stack.close()


@pytest.fixture(scope="module")
def killed(
    chats_postgres: embedded.EmbeddedPostgres,
    first_of_all: FakeModel,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Killed]:
    """A server to be killed."""
    folder = tmp_path_factory.mktemp("killed")
    running = Killed(folder, settings(new_database(chats_postgres), folder, first_of_all))
    yield running
    running.close()


def nothing(_: Exchange) -> None:
    """Do nothing."""


def parts(at: int, killing: Part) -> list[Part]:
    """Return the model's stream with *killing* at one place of it."""
    whole: list[Part] = [*(chunk(word) for word in WORDS), chunk(finish="stop"), DONE]
    whole.insert(at, killing)
    return whole


def holds(killed: Killed, user_id: str, request_id: str, first: FakeModel) -> None:
    """Assert that the turn can be completed, and is there once."""
    killed.start()
    first.step = sending(*parts(0, nothing))
    talk = Talk(killed.server.target, user_id)
    try:
        assert [m["content"] for m in talk.messages()][:1] == ["Count to five."]
        events = talk.say("Count to five.", request_id=request_id)
        again = talk.say("Count to five.", request_id=request_id)
        stored = [(m["content"], m["interrupted"]) for m in talk.messages()]
    finally:
        talk.close()
    assert text_of(events) == text_of(again) == WHOLE
    assert stored == [("Count to five.", False), (WHOLE, False)]


@pytest.mark.parametrize("at", AT_THE_MODEL)
def test_killed_while_the_model_speaks(killed: Killed, first: FakeModel, at: int) -> None:
    """The caller has heard some of it; the retry hears all of it."""
    request_id, user_id = str(uuid4()), f"user-{uuid4()}"

    heard = threading.Event()

    def kill(_: Exchange) -> None:
        # What a server has told but not sent when it is killed, nobody hears.
        assert heard.wait(30)
        killed.kill()

    first.script.append(sending(*parts(at, kill)))
    talk = Talk(killed.server.target, user_id)
    call = talk.begin("Count to five.", request_id=request_id)
    started = next(call)
    heard.set()
    with pytest.raises(grpc.RpcError):
        list(call)
    talk.close()

    assert started.started.user_message_id
    holds(killed, user_id, request_id, first)


@pytest.mark.parametrize("after", AT_THE_CALLER)
def test_killed_after_an_event(killed: Killed, first: FakeModel, after: int) -> None:
    """However far the caller has come, the retry ends at the same one answer."""
    request_id, user_id = str(uuid4()), f"user-{uuid4()}"
    first.script.append(sending(*parts(0, nothing)))
    talk = Talk(killed.server.target, user_id)
    heard = 0
    try:
        for _ in talk.begin("Count to five.", request_id=request_id):
            heard += 1
            if heard == after:
                killed.kill()
    except grpc.RpcError:
        pass
    talk.close()
    if heard < after:
        killed.kill()

    holds(killed, user_id, request_id, first)


@pytest.mark.parametrize("milliseconds", WHILE_STORING)
def test_killed_while_the_answer_is_stored(
    killed: Killed, first: FakeModel, milliseconds: int
) -> None:
    """The transaction is there as a whole or not at all."""
    request_id, user_id = str(uuid4()), f"user-{uuid4()}"
    timer = threading.Timer(milliseconds / 1000, killed.kill)

    def start_timer(_: Exchange) -> None:
        timer.start()

    first.script.append(sending(*parts(len(WORDS) + 2, start_timer)))
    talk = Talk(killed.server.target, user_id)
    with suppress(grpc.RpcError):
        list(talk.begin("Count to five.", request_id=request_id))
    talk.close()
    timer.join()

    holds(killed, user_id, request_id, first)
