"""What is read of a call's metadata and connection, and what is not believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from memsvc.core.access import ALL_SCOPES, AccountRole, Identity, scopes_of
from memsvc.core.errors import CredentialInvalid, UserNotFound
from memsvc.rpc.binding import bind
from memsvc.rpc.credentials import CredentialReader, address, forwarded_names, identity_of
from memsvc.usecases.access.authentication import Presented
from memsvc.v1 import api_key_service_pb2, memory_service_pb2

SPIFFE = "spiffe://prod.example/tenant/acme"
ACME = Identity("acme", SPIFFE, ALL_SCOPES)


class Connection:
    """The other end of a call."""

    def __init__(self, peer: str = "ipv4:192.0.2.7:50000", *names: str) -> None:
        """Come from *peer*, with a certificate of these *names*."""
        self._peer = peer
        self._names = names

    def peer(self) -> str:
        """Return where it comes from."""
        return self._peer

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """Return what its certificate says."""
        return {"x509_subject_alternative_name": [name.encode() for name in self._names]}


LOCAL = Connection("ipv4:127.0.0.1:50000")


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("ipv4:192.0.2.7:50000", "192.0.2.7"),
        ("ipv6:[2001:db8::1]:50000", "2001:db8::1"),
        ("ipv6:%5B::1%5D:50000", "::1"),
        ("unix:/run/memsvc.sock", "unix"),
        ("unix:", "unix"),
    ],
)
def test_an_address_is_read_without_its_port(peer: str, expected: str) -> None:
    """Connections of one machine are one address."""
    assert address(peer) == expected


@pytest.mark.parametrize(
    ("metadata", "credential"),
    [
        ({"authorization": "Bearer k"}, "k"),
        ({"authorization": "bearer  k "}, "k"),
        ({"x-api-key": "k"}, "k"),
        ({"authorization": "Basic abc", "x-api-key": "k"}, "k"),
        ({"authorization": "Basic abc"}, ""),
        ({}, ""),
    ],
)
def test_a_credential_stands_in_one_of_two_places(
    metadata: dict[str, str], credential: str
) -> None:
    """`authorization: Bearer` and `x-api-key`; other schemes are passed over."""
    assert CredentialReader()(metadata, Connection()).credential == credential


def test_headers_are_believed_only_where_the_settings_say_who_wrote_them() -> None:
    """By default no header says where a call comes from or whose it is."""
    told = {
        "x-forwarded-for": "198.51.100.1",
        "x-tenant": "acme",
        "x-forwarded-client-cert": f"URI={SPIFFE}",
    }

    assert CredentialReader()(told, LOCAL) == Presented("", "127.0.0.1")
    behind = CredentialReader(trusted_forwarding=True)
    assert behind({"x-forwarded-for": "6.6.6.6, 198.51.100.1"}, LOCAL).peer == "198.51.100.1"
    mesh = CredentialReader(tenant_header="x-tenant")
    assert mesh(told, LOCAL).transport == Identity("acme", "mesh", ALL_SCOPES)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (SPIFFE, ACME),
        (
            f"{SPIFFE}/user/ana",
            Identity("acme", f"{SPIFFE}/user/ana", scopes_of(AccountRole.USER), "ana"),
        ),
        (
            f"{SPIFFE}/user/a%20b/role/read_only",
            Identity(
                "acme",
                f"{SPIFFE}/user/a%20b/role/read_only",
                scopes_of(AccountRole.READ_ONLY),
                "a b",
            ),
        ),
        (f"{SPIFFE}/role/god", None),
        (f"{SPIFFE}/user/", None),
        (f"{SPIFFE}/more", None),
        ("spiffe://other.example/tenant/acme", None),
        ("spiffe://prod.example.evil/tenant/acme", None),
        ("spiffe://prod.example/ns/default/sa/x", None),
    ],
)
def test_a_certificate_names_a_tenant_or_nobody(name: str, expected: Identity | None) -> None:
    """Only the trust domain of the settings counts, and only the one shape of name."""
    assert identity_of(name, "prod.example") == expected


def test_a_certificate_that_names_nobody_or_two_is_refused() -> None:
    """A name that cannot be read is no reason to look at the key alone."""
    reader = CredentialReader(spiffe_trust_domain="prod.example")

    assert reader({}, Connection("ipv4:1.2.3.4:5", SPIFFE, "host.example")).transport == ACME
    assert reader({}, Connection("ipv4:1.2.3.4:5", "host.example")).transport is None
    for names in ((SPIFFE, f"{SPIFFE}x"), ("spiffe://other.example/tenant/acme",)):
        with pytest.raises(CredentialInvalid):
            reader({}, Connection("ipv4:1.2.3.4:5", *names))


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (f"By=spiffe://x;Hash=ab;URI={SPIFFE}", [SPIFFE]),
        (f'Subject="CN=a,O=b;URI=spiffe://fake";URI={SPIFFE}', [SPIFFE]),
        (f"URI=spiffe://forged/tenant/globex,By=x;URI={SPIFFE}", [SPIFFE]),
        (f'URI={SPIFFE},By="', []),
        ("", []),
        ('";' * 4000, []),
        ("a" * 8000, []),
    ],
)
def test_of_a_forwarded_certificate_the_last_one_counts(header: str, names: list[str]) -> None:
    """Elements before were written by whoever called; what stands in quotes is a value."""
    assert forwarded_names(header) == names


def test_a_forwarded_certificate_is_believed_of_this_machine_alone() -> None:
    """Even where the settings allow it, only a sidecar beside the server is believed."""
    reader = CredentialReader(spiffe_trust_domain="prod.example", forwarded_client_cert=True)
    told = {"x-forwarded-client-cert": f"URI={SPIFFE}", "x-forwarded-for": "127.0.0.1"}

    assert reader(told, LOCAL).transport == ACME
    assert reader(told, Connection()).transport is None
    trusting = CredentialReader(
        spiffe_trust_domain="prod.example", forwarded_client_cert=True, trusted_forwarding=True
    )
    assert trusting(told, Connection()).transport is None


def test_a_bound_caller_is_filled_in() -> None:
    """An empty user_id becomes the caller's own, in the request and in the memory that it changes."""
    search = memory_service_pb2.SearchRequest(query="q")
    update = memory_service_pb2.UpdateMemoryRequest()
    update.memory.memory_id = "m"
    key = api_key_service_pb2.CreateApiKeyRequest(name="k")
    for request in (search, update, key):
        bind(request, "ana")

    assert (search.user_id, update.memory.user_id, key.user_id) == ("ana", "ana", "ana")


def test_a_bound_caller_names_nobody_else() -> None:
    """A user_id of somebody else is not found, wherever in a request it stands."""
    ingest = memory_service_pb2.IngestRequest(user_id="ana")
    ingest.messages.add(content="mine", user_id="ana")
    bind(ingest, "ana")
    ingest.messages.add(content="not mine", user_id="bob")
    evaluate = memory_service_pb2.EvaluateRequest()
    evaluate.queries.add(user_id="bob")
    update = memory_service_pb2.UpdateMemoryRequest()
    update.memory.user_id = "bob"
    requests = {
        "user_id": memory_service_pb2.RecallRequest(user_id="bob"),
        "messages[1].user_id": ingest,
        "queries[0].user_id": evaluate,
        "memory.user_id": update,
    }

    for field, request in requests.items():
        with pytest.raises(UserNotFound) as caught:
            bind(request, "ana")
        assert caught.value.field == field
