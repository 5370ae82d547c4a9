"""Who may call what, over the wire: every RPC of the contract, as the descriptors have it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from memsvc.core.access import NEEDS, Everybody, is_public, missing_scope, scopes_of
from memsvc.core.access import AccountRole as Role
from tests.support.server import (
    BARE_KEY,
    BOUND_KEY,
    BOUND_USER,
    CANARY,
    KEYS,
    READER_KEY,
    ServerProcess,
)
from tests.support.waiting import until
from tests.support.wire import METHODS, Refused, Wire

NAMES = sorted(name.removeprefix("memsvc.v1.") for name in METHODS)


@pytest.fixture
def acme(server: ServerProcess) -> Iterator[Wire]:
    """A caller who may do everything in acme."""
    with Wire(server.target, KEYS["acme"]) as wire:
        yield wire


def refusal(server: ServerProcess, credential: str | None, name: str, /, **fields: Any) -> Refused:
    """Return how a call is refused."""
    with Wire(server.target, credential) as wire, pytest.raises(Refused) as caught:
        wire.call(name, **fields)
    return caught.value


def end(server: ServerProcess, credential: str | None, name: str) -> str:
    """Return the reason with which an empty call ends, "" if it does not fail."""
    with Wire(server.target, credential) as wire:
        try:
            wire.call(name)
        except Refused as refused:
            return refused.reason
    return ""


@pytest.mark.parametrize("name", NAMES)
def test_without_a_credential_nothing_is_answered(server: ServerProcess, name: str) -> None:
    """Every RPC but the public ones ends UNAUTHENTICATED, before anything of the request is looked at."""
    reason = end(server, None, name)

    expected = "FIELD_INVALID" if is_public(f"memsvc.v1.{name}") else "CREDENTIAL_INVALID"
    assert reason == expected


@pytest.mark.parametrize("name", NAMES)
def test_without_scopes_nothing_is_done(server: ServerProcess, name: str) -> None:
    """Every RPC that needs a scope names it, and is refused before the request is looked at."""
    need = NEEDS[f"memsvc.v1.{name}"]
    if need is Everybody.WITH_CREDENTIAL:
        assert end(server, BARE_KEY, name) in {"", "ACCOUNT_REQUIRED", "FIELD_INVALID"}
        return
    refused = refusal(server, BARE_KEY, name)

    assert (refused.code, refused.reason) == ("PERMISSION_DENIED", "SCOPE_MISSING")
    # Who lets people log in needs a scope as well, if it shows a key at all.
    assert refused.metadata["scope"] == str("auth" if need is Everybody.AT_ALL else need)


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_only_reads(server: ServerProcess, name: str) -> None:
    """With the scopes of the role read_only exactly the RPCs are refused that need another one."""
    refused = end(server, READER_KEY, name) == "SCOPE_MISSING"

    rpc = f"memsvc.v1.{name}"
    missing = missing_scope(rpc, scopes_of(Role.READ_ONLY)) is not None or is_public(rpc)
    assert refused is missing


@pytest.mark.parametrize(
    "metadata", [(("x-api-key", "{}"),), (("authorization", "Bearer {}"),)], ids=["key", "bearer"]
)
def test_a_key_is_given_out_used_and_taken_back(
    server: ServerProcess, acme: Wire, user: str, metadata: tuple[tuple[str, str], ...]
) -> None:
    """All that can be done with a key, over the wire; its secret is shown once."""
    made = acme.call("ApiKeyService/CreateApiKey", name="test", scopes=["recall", "ingest"])
    key_id = made.api_key.key_id
    shown = tuple((name, value.format(made.secret)) for name, value in metadata)
    with Wire(server.target, metadata=shown) as wire:
        wire.call("MemoryService/Ingest", user_id=user, messages=[{"content": "tea"}])
        assert wire.call("MemoryService/Recall", user_id=user, query="tea").results
        with pytest.raises(Refused) as caught:
            wire.call("MemoryService/CreateMemory", user_id=user, content="x")
    listed = acme.call("ApiKeyService/ListApiKeys", page_size=500)
    rotated = acme.call("ApiKeyService/RotateApiKey", key_id=key_id, overlap="0s")
    acme.call("ApiKeyService/RevokeApiKey", key_id=rotated.api_key.key_id)
    restored = acme.call("ApiKeyService/RestoreApiKey", key_id=rotated.api_key.key_id)

    assert caught.value.metadata["scope"] == "memory.write"
    assert key_id in {key.key_id for key in listed.api_keys}
    assert made.secret not in str(listed)
    assert rotated.api_key.replaces == key_id
    assert not restored.api_key.HasField("revoke_time")
    acme.call("ApiKeyService/DeleteApiKey", key_id=key_id)
    with pytest.raises(Refused) as caught:
        acme.call("ApiKeyService/DeleteApiKey", key_id=key_id)
    assert (caught.value.code, caught.value.reason) == ("NOT_FOUND", "API_KEY_NOT_FOUND")


def test_a_key_cannot_make_a_stronger_one(server: ServerProcess, acme: Wire) -> None:
    """Who may give out keys gives out no more than they have."""
    weak = acme.call("ApiKeyService/CreateApiKey", name="weak", scopes=["key.admin", "recall"])

    refused = refusal(
        server, weak.secret, "ApiKeyService/CreateApiKey", name="x", scopes=["ingest"]
    )

    assert (refused.reason, refused.metadata["scope"]) == ("SCOPE_MISSING", "ingest")


def test_an_account_from_invitation_to_logout(server: ServerProcess, acme: Wire) -> None:
    """All that an account can do, over the wire; the reader's role holds on every RPC."""
    login = f"{uuid4()}@example.org"
    password = f"{CANARY} is my password"
    invitation = acme.call("AuthService/CreateInvitation", role="ACCOUNT_ROLE_READ_ONLY")
    with Wire(server.target) as wire:
        first = wire.call(
            "AuthService/Register",
            login=login,
            password=password,
            invitation_token=invitation.invitation_token,
        )
    again = acme.call("AuthService/Login", login=login, password=password)
    assert again.account == first.account
    with Wire(server.target) as wire:
        tokens = wire.call("AuthService/Refresh", refresh_token=again.tokens.refresh_token).tokens
    with Wire(server.target, tokens.access_token) as me:
        assert me.call("AuthService/GetMe").account == first.account
        assert me.call("AuthService/UpdateMe", display_name="Ana").account.display_name == "Ana"
        assert not me.call("MemoryService/Recall", user_id=first.account.user_id, query="x").results
        for name, fields in (
            ("MemoryService/Ingest", {"user_id": first.account.user_id}),
            ("ApiKeyService/ListApiKeys", {}),
        ):
            with pytest.raises(Refused) as caught:
                me.call(name, **fields)
            assert caught.value.reason == "SCOPE_MISSING"
        me.call(
            "AuthService/ChangePassword", current_password=password, new_password=f"new {CANARY}"
        )
        me.call("AuthService/Logout")
        until(lambda: end(server, tokens.access_token, "AuthService/GetMe"))
    refused = refusal(server, KEYS["acme"], "AuthService/Login", login=login, password=password)
    unknown = refusal(server, KEYS["acme"], "AuthService/Login", login="who", password=password)
    assert (refused.code, refused.reason) == ("UNAUTHENTICATED", "CREDENTIAL_INVALID")
    assert refused.message == unknown.message
    assert end(server, KEYS["acme"], "AuthService/GetMe") == "ACCOUNT_REQUIRED"


def test_logging_in_needs_a_tenant(server: ServerProcess) -> None:
    """Without an application's key, and without a tenant in the settings, nobody can log in."""
    asked = {"login": "somebody", "password": "some password"}

    assert refusal(server, None, "AuthService/Login", **asked).reason == "CREDENTIAL_INVALID"
    assert refusal(server, None, "AuthService/Register", **asked).reason == "REGISTRATION_CLOSED"


def test_what_is_no_token_is_refused_and_not_told(server: ServerProcess) -> None:
    """Mistyped keys, tokens of nobody and long ones end alike, and stand in no log."""
    texts = [
        f"msk_live_{CANARY}",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJtZW1zdmMifQ.",
        "x" * 7000,
    ]
    ends = {refusal(server, text, "AdminService/GetServerInfo").message for text in texts}

    assert len(ends) == 1
    assert not any(text in server.log() for text in texts)


def test_too_much_metadata_is_refused(server: ServerProcess) -> None:
    """At most 64 keys; beyond 8 KiB the call does not get in at all, 7 KiB always does."""
    for count, size, codes in (
        (60, 10, {""}),
        (65, 10, {"INVALID_ARGUMENT"}),
        (1, 7_000, {""}),
        (1, 9_000, {"RESOURCE_EXHAUSTED"}),
        (1, 17_000, {"RESOURCE_EXHAUSTED"}),
        (500, 10, {"INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"}),
    ):
        more = tuple((f"x-{number}", "v" * size) for number in range(count))
        for _ in range(5):
            with Wire(server.target, KEYS["acme"], metadata=more) as wire:
                try:
                    wire.call("AdminService/GetServerInfo")
                    code = ""
                except Refused as refused:
                    code = refused.code
            assert code in codes, (count, size)


def test_the_log_says_who_called_and_shows_no_credential(server: ServerProcess, acme: Wire) -> None:
    """Each line has the principal; keys, tokens and passwords stand nowhere."""
    made = acme.call("ApiKeyService/CreateApiKey", name="logged", scopes=["recall"])
    with Wire(server.target, made.secret, metadata=(("x-request-id", str(uuid4())),)) as wire:
        wire.call("AdminService/GetServerInfo")
    principal = f"key:{made.api_key.key_id}"

    until(lambda: any(line.get("principal") == principal for line in server.log_lines()))
    assert made.secret not in server.log()
    assert KEYS["acme"] not in server.log()


def test_failures_are_counted_by_kind(server: ServerProcess) -> None:
    """The metric tells what was wrong, and nothing of whom."""
    refusal(server, "msk_", "AdminService/GetServerInfo")
    port = next(line["port"] for line in server.log_lines() if line["event"] == "metrics")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as reply:
        text = reply.read().decode()

    assert 'memsvc_auth_failures_total{kind="malformed"}' in text
    assert "acme" not in text


@pytest.mark.parametrize("name", NAMES)
def test_a_bound_key_names_nobody_else(server: ServerProcess, name: str) -> None:
    """Whatever RPC takes a user_id, that of somebody else is not found, as if there were no such user."""
    method = METHODS[f"memsvc.v1.{name}"]
    if "user_id" not in method.input_type.fields_by_name or method.client_streaming:
        return
    least: dict[str, Any] = {
        "query": "q",
        "messages": [{"content": "c"}],
        "message": "m",
        "content": "c",
        "memory_id": str(uuid4()),
        "memory_ids": [str(uuid4())],
        "persona_id": "p",
        "name": "n",
        "scopes": ["recall"],
        "conversation_id": "c",
        "conversation_ids": ["c"],
        "message_id": "m",
        "message_ids": ["m"],
        "after_message_id": "m",
        "change": {"message_id": "m", "content": "c"},
        "changes": [{"message_id": "m", "content": "c"}],
        "project_id": "p",
        "project": {"project_id": "p", "name": "n"},
        "member_user_id": "u",
        "role": 1,
    }
    known = method.input_type.fields_by_name
    fields = {key: value for key, value in least.items() if key in known}

    refused = refusal(server, BOUND_KEY, name, user_id="somebody-else", **fields)

    assert (refused.code, refused.reason) == ("NOT_FOUND", "USER_NOT_FOUND")


def test_a_bound_key_has_the_memory_of_its_user(
    server: ServerProcess, acme: Wire, user: str
) -> None:
    """By name, without one, and by id: others' memories, jobs and messages are not there."""
    theirs = acme.call("MemoryService/CreateMemory", user_id=user, content="quince jam").memory
    stored = acme.call("MemoryService/Ingest", user_id=user, messages=[{"content": "I'm 32."}])
    with Wire(server.target, BOUND_KEY) as bound:
        own = bound.call(
            "MemoryService/CreateMemory", user_id=BOUND_USER, content="quince jam"
        ).memory
        found = bound.call("MemoryService/Search", query="quince", mode="SEARCH_MODE_FULL_TEXT")
        assert {hit.memory.user_id for hit in found.results} == {BOUND_USER}
        changed = bound.call(
            "MemoryService/UpdateMemory", memory={"memory_id": own.memory_id, "content": "mine"}
        )
        assert changed.memory.content == "mine"
        for name, fields in (
            ("MemoryService/GetMemory", {"memory_id": theirs.memory_id}),
            ("MemoryService/GetMemorySource", {"memory_id": theirs.memory_id}),
            (
                "MemoryService/UpdateMemory",
                {"memory": {"memory_id": theirs.memory_id, "content": "x"}},
            ),
            ("MemoryService/DeleteMemory", {"memory_id": theirs.memory_id}),
            ("MemoryService/BatchDeleteMemories", {"memory_ids": [theirs.memory_id]}),
            ("JobService/GetJob", {"job_id": stored.job_id}),
            ("JobService/WatchJob", {"job_id": stored.job_id}),
            ("JobService/RequeueJob", {"job_id": stored.job_id}),
        ):
            with pytest.raises(Refused) as caught:
                bound.call(name, **fields)
            assert caught.value.code == "NOT_FOUND", name
        mixed = bound.call("MemoryService/IngestStream", user_id=user, messages=[{"content": "x"}])
        assert [error.reason for error in mixed.errors] == ["USER_NOT_FOUND"]
    assert acme.call("MemoryService/GetMemory", memory_id=theirs.memory_id).memory == theirs


def test_request_ids_of_a_bound_key_are_its_own(
    server: ServerProcess, acme: Wire, user: str
) -> None:
    """An id that somebody else has used is free for it: nobody learns of it, and replays hold."""
    same = {"content": "the same", "request_id": str(uuid4())}
    acme.call("MemoryService/CreateMemory", user_id=user, **same)
    with Wire(server.target, BOUND_KEY) as bound:
        first, again = [
            bound.call("MemoryService/CreateMemory", user_id=BOUND_USER, **same) for _ in "12"
        ]
        memory_id = first.memory.memory_id
        request_id = str(uuid4())
        for _ in "12":
            bound.call("MemoryService/DeleteMemory", memory_id=memory_id, request_id=request_id)

    assert first == again
