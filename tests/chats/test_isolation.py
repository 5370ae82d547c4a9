"""What one tenant, or one user, says to a model is nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from memsvc.store import embedded
from memsvc.v1 import chat_pb2
from tests.chats.conftest import new_database, only, settings, text_of
from tests.fakes.chat_steps import answering, sending
from tests.fakes.model_server import FakeModel
from tests.support.server import BOUND_KEY, BOUND_USER, KEYS, READER_KEY, ServerProcess
from tests.support.wire import Refused, Wire

CHAT = "MemoryService/Chat"


@pytest.fixture(scope="module")
def locked(
    chats_postgres: embedded.EmbeddedPostgres,
    first_of_all: FakeModel,
    credentials_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ServerProcess]:
    """A server of two tenants."""
    folder = tmp_path_factory.mktemp("locked")
    environment = settings(
        new_database(chats_postgres), folder, first_of_all, credentials_file=credentials_file
    )
    with ServerProcess(folder / "server.log", **environment) as server:
        yield server


@pytest.fixture
def acme(locked: ServerProcess) -> Iterator[Wire]:
    """One tenant."""
    with Wire(locked.target, KEYS["acme"]) as wire:
        yield wire


@pytest.fixture
def globex(locked: ServerProcess) -> Iterator[Wire]:
    """The other one."""
    with Wire(locked.target, KEYS["globex"]) as wire:
        yield wire


def chat(wire: Wire, **fields: object) -> list[chat_pb2.ChatEvent]:
    """Return the events of a chat; raise Refused."""
    return list(wire.call(CHAT, **fields))


def test_the_same_names_in_two_tenants_are_two_things(
    acme: Wire, globex: Wire, first: FakeModel
) -> None:
    """User, conversation, message and request_id of another tenant open nothing, and change nothing there."""
    names = {
        "user_id": f"user-{uuid4()}",
        "conversation_id": "the-talk",
        "user_message_id": "the-message",
        "request_id": "the-request",
    }
    first.step = sending(*answering("Hidden in the well."))
    theirs = chat(acme, message="The treasure is buried.", **names)
    before = _exported(acme, names["user_id"])
    first.step = sending(*answering("I do not know."))
    ours = chat(globex, message="The treasure is buried.", **names)
    asked = first.requests[-1].prompt
    chat(globex, message="Where is the treasure hidden?", **{**names, "request_id": ""})

    assert text_of(theirs) == "Hidden in the well."
    assert text_of(ours) == "I do not know."
    assert not only(ours, "done").replayed
    assert "well" not in asked
    assert "well" not in first.requests[-1].prompt
    assert _exported(acme, names["user_id"]) == before


def _exported(wire: Wire, user_id: str) -> list[str]:
    lines = "".join(p.lines for p in wire.call("UserService/ExportUser", user_id=user_id))
    return sorted(line for line in lines.splitlines() if '"export_time"' not in line)


def test_another_tenants_persona_never_was(acme: Wire, globex: Wire, first: FakeModel) -> None:
    """Neither as the one who answers, nor among participants, nor as a moderator."""
    persona = {"persona_id": f"p-{uuid4()}", "name": "Eve", "system_prompt": "Whisper."}
    acme.call("PersonaService/CreatePersona", persona=persona)
    other = {"participants": ["socratic_teacher", persona["persona_id"]]}
    moderated = {
        "participants": ["socratic_teacher"],
        "turn_policy": "TURN_POLICY_MODERATOR",
        "persona_id": persona["persona_id"],
    }
    for fields in ({"persona_id": persona["persona_id"]}, other, moderated):
        with pytest.raises(Refused) as caught:
            chat(globex, user_id="u", message="Hi", **fields)
        assert caught.value.reason == "PERSONA_NOT_FOUND"
    assert not first.requests


def test_a_kept_answer_is_one_tenants(acme: Wire, globex: Wire, first: FakeModel) -> None:
    """The very same question in another tenant is asked anew."""
    fields = {
        "user_id": f"user-{uuid4()}",
        "message": "What is it?",
        "memory_mode": "MEMORY_MODE_OFF",
        "cache_mode": "CACHE_MODE_USE",
    }
    cached = [only(chat(wire, **fields), "done").cached for wire in (acme, acme, globex)]

    assert cached == [False, True, False]


def test_a_bound_caller_talks_as_its_own_user(
    locked: ServerProcess, acme: Wire, first: FakeModel
) -> None:
    """Another user is as one that never was, and nothing of others is told to the model."""
    stranger = f"user-{uuid4()}"
    chat(acme, user_id=stranger, message="My locker is number 88.", conversation_id="c")
    with Wire(locked.target, BOUND_KEY) as bound:
        own = {"user_id": BOUND_USER, "conversation_id": "c"}
        events = chat(bound, message="Which locker is mine?", **own)
        with pytest.raises(Refused) as caught:
            chat(bound, user_id=stranger, message="Which locker is mine?")

    assert caught.value.reason == "USER_NOT_FOUND"
    assert "88" not in first.requests[-1].prompt
    stored = acme.call("MemoryService/ListMemories", user_id=BOUND_USER).memories
    assert "Which locker is mine?" in [memory.content for memory in stored]
    assert only(events, "done").assistant_message_id


def test_who_may_only_look_may_not_chat(locked: ServerProcess, first: FakeModel) -> None:
    """A chat needs its scope; so does looking at providers."""
    with Wire(locked.target, READER_KEY) as reader:
        for method in (CHAT, "ProviderService/ListProviders", "ProviderService/ListModels"):
            fields = {"user_id": "u", "message": "Hi"} if method == CHAT else {}
            with pytest.raises(Refused) as caught:
                list(reader.call(method, **fields))
            assert (caught.value.code, caught.value.reason) == (
                "PERMISSION_DENIED",
                "SCOPE_MISSING",
            )
    assert not first.requests
