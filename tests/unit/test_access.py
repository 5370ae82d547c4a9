"""Scopes, roles, keys and limits: what is pure about who calls."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core import api_keys
from memsvc.core.access import (
    ALL_SCOPES,
    NEEDS,
    AccountRole,
    Everybody,
    Identity,
    is_public,
    missing_scope,
    narrowed,
    scopes_of,
)
from memsvc.core.accounts import normal_login
from memsvc.core.addresses import is_safe
from memsvc.core.peer_limits import FailureLimit, is_exhausted, refilled, spent
from memsvc.rpc.server import SERVICES

#: Of the whole contract, also what this server does not serve yet.
RPCS = {
    f"{file.package}.{service.name}/{method.name}"
    for file in FileDescriptorSet.FromString(
        resources.files("memsvc.rpc").joinpath("schema.binpb").read_bytes()
    ).file
    for service in file.service
    for method in service.method
}
RANDOM = st.binary(min_size=api_keys.RANDOM_BYTES, max_size=api_keys.RANDOM_BYTES)


def test_every_rpc_of_the_contract_is_in_the_table() -> None:
    """Whoever adds an RPC says what it needs; the table names nothing else."""
    assert set(NEEDS) == RPCS


def test_what_is_not_in_the_table_is_for_nobody() -> None:
    """An RPC that the table does not know is refused even to those who may do everything."""
    assert missing_scope("memsvc.v1.MemoryService/Unheard", ALL_SCOPES) is not None
    assert not is_public("memsvc.v1.MemoryService/Unheard")


def test_only_getting_a_credential_is_public() -> None:
    """Exactly the three RPCs that give credentials need none."""
    public = {rpc for rpc in NEEDS if is_public(rpc)}

    assert public == {f"memsvc.v1.AuthService/{n}" for n in ("Register", "Login", "Refresh")}


def test_roles_grow() -> None:
    """A reader may do nothing that a user may not, nor a user what an administrator may not."""
    reader, user, admin = (
        scopes_of(role) for role in (AccountRole.READ_ONLY, AccountRole.USER, AccountRole.ADMIN)
    )

    assert reader < user < admin == ALL_SCOPES


def test_a_reader_changes_nothing() -> None:
    """Each RPC that changes something needs a scope that a reader lacks."""
    reader = scopes_of(AccountRole.READ_ONLY)
    writing = [
        f"{name}/{method.name}"
        for name, service in SERVICES.items()
        for method in service.methods
        # NO_SIDE_EFFECTS; WatchJob has no level, since proxies may not repeat a stream.
        if method.GetOptions().idempotency_level != 1 and method.name != "WatchJob"
    ]

    assert len(writing) > 10
    for rpc in writing:
        if not isinstance(NEEDS[rpc], Everybody):
            assert missing_scope(rpc, reader), rpc


def test_who_proves_two_things_is_the_narrower_of_both() -> None:
    """Scopes are shared ones, a binding of either counts, and two tenants or users are nobody."""
    key = Identity("acme", "key:A", frozenset({"recall", "search"}))
    certificate = Identity("acme", "spiffe://x", frozenset({"recall", "ingest"}), "ana")

    assert narrowed(key, certificate) == Identity("acme", "key:A", frozenset({"recall"}), "ana")
    assert narrowed(key, Identity("globex", "x", frozenset())) is None
    assert narrowed(certificate, Identity("acme", "x", frozenset(), "bob")) is None


@given(random=RANDOM, environment=st.from_regex(r"[a-z0-9]{1,16}", fullmatch=True))
def test_a_key_is_read_as_it_was_made(random: bytes, environment: str) -> None:
    """A key has the promised shape, and its parts come back from it."""
    text, parts = api_keys.make(environment, random)

    assert re.fullmatch(r"msk_[a-z0-9]+_[A-Z2-7]{12}_[\w-]{43}[0-9A-Za-z]{6}", text)
    assert api_keys.parse(text) == parts
    assert parts.secret not in parts.key_id


@given(random=RANDOM, place=st.integers(0, 200), letter=st.sampled_from("aZ09_-"))
def test_a_mistyped_key_is_no_key(random: bytes, place: int, letter: str) -> None:
    """One wrong character anywhere is found out without asking anybody."""
    text, _ = api_keys.make("live", random)
    place %= len(text)
    typed = text[:place] + letter + text[place + 1 :]

    assert (api_keys.parse(typed) is None) == (typed != text)


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    """What is no key is none, whatever it is."""
    assert api_keys.parse(text) is None
    assert api_keys.parse(f"msk_{text}") is None


def test_the_hash_of_a_secret_depends_on_the_pepper() -> None:
    """Without the pepper nobody can tell whether a hash was made of a secret."""
    assert api_keys.secret_hash("s", b"one") != api_keys.secret_hash("s", b"two")
    assert api_keys.secret_hash("s", b"one") != api_keys.secret_hash("t", b"one")


def test_failures_are_let_pass_up_to_the_limit() -> None:
    """After a burst an address waits, and gets one more try each time that the rate allows."""
    limit = FailureLimit(per_minute=60, burst=3)
    bucket = None
    for _ in range(3):
        assert not is_exhausted(bucket, limit, 100.0)
        bucket = spent(bucket, limit, 100.0)

    assert is_exhausted(bucket, limit, 100.5)
    assert not is_exhausted(bucket, limit, 101.0)
    assert refilled(bucket, limit, 10_000.0).tokens == 3
    assert refilled(bucket, limit, 50.0).tokens == 0, "a clock that goes back gives nothing"


@pytest.mark.parametrize(
    ("written", "kept"),
    [("Ana@Example.ORG ", "ana@example.org"), ("ＡＮＡ", "ana"), ("Straße", "strasse")],
)
def test_a_login_is_the_same_however_it_is_written(written: str, kept: str) -> None:
    """Case, width and spaces around it make no second account."""
    assert normal_login(written) == kept


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://issuer.example/keys", True),
        ("http://127.0.0.1:8080/keys", True),
        ("http://[::1]/keys", True),
        ("http://localhost/keys", True),
        ("http://issuer.example/keys", False),
        ("http://localhost.example/keys", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("http://[broken", False),
    ],
)
def test_keys_come_from_where_nobody_can_change_them(url: str, *, safe: bool) -> None:
    """Only https, and plain http on this machine."""
    assert is_safe(url) is safe
