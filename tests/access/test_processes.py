"""Servers as an operator sets them up: who may call them, and how soon a change counts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import DNSName, UniformResourceIdentifier

from memsvc.store import embedded
from tests.fakes.identity_server import AUDIENCE, IdentityServer
from tests.support.server import ServerProcess
from tests.support.waiting import until
from tests.support.wire import Refused, Wire

BOOTSTRAP = "an administrator's key, long enough"
#: Within how many seconds whatever is changed counts everywhere.
SOON = 5.0


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database that servers share."""
    server = embedded.start(tmp_path_factory.mktemp("postgres") / "data")
    yield server.owner_conninfo
    server.stop()


def started(folder: Path, database_url: str, *arguments: str, **settings: Any) -> ServerProcess:
    """Return a server on the database, with these settings."""
    return ServerProcess(
        folder / f"{time.monotonic_ns()}.log",
        *arguments,
        database_url=database_url,
        data_dir=str(folder / "data"),
        embedder="none",
        drain_seconds="0",
        job_concurrency="0",
        **{name: str(value) for name, value in settings.items()},
    )


def reason(wire: Wire, name: str = "AdminService/GetServerInfo", /, **fields: Any) -> str:
    """Return the reason with which a call ends, "" if it does not fail."""
    try:
        wire.call(name, **fields)
    except Refused as refused:
        return refused.reason
    return ""


def keys(database_url: str, *arguments: str) -> Any:
    """Return what `memsvc keys` tells."""
    verb, *rest = arguments
    done = subprocess.run(
        [
            *(sys.executable, "-m", "memsvc", "keys", verb),
            *("--database-url", database_url, "--tenant", "acme", "--json"),
            *rest,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PATH": ""},
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def servers(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[ServerProcess]]:
    """The processes; keys come from the database, and one to begin with from a file."""
    folder = tmp_path_factory.mktemp("two")
    file = folder / "bootstrap"
    file.write_text(f"{BOOTSTRAP}\n")
    settings = {
        "bootstrap_admin_key_file": file,
        "bootstrap_admin_tenant": "acme",
        # Waiting for a refusal is a failure each time.
        "auth_failures_burst": 100_000,
    }
    pair = [started(folder, database_url, **settings) for _ in "12"]
    for server in pair:
        server.wait_until_ready()
    yield pair
    for server in pair:
        server.stop()


@pytest.fixture
def admin(servers: list[ServerProcess]) -> Iterator[Wire]:
    """The administrator's key, at the first server."""
    with Wire(servers[0].target, BOOTSTRAP) as wire:
        yield wire


def refused_everywhere(servers: list[ServerProcess], credential: str) -> float:
    """Return after how many seconds no server takes the credential any more."""
    begun = time.monotonic()
    for server in servers:
        with Wire(server.target, credential) as wire:
            until(lambda wire=wire: reason(wire) == "CREDENTIAL_INVALID")  # type: ignore[misc]
    return time.monotonic() - begun


def use_everywhere(servers: list[ServerProcess], credential: str) -> None:
    """Use a credential, so that every server remembers it."""
    for server in servers:
        with Wire(server.target, credential) as wire:
            assert reason(wire) == ""


def test_a_revocation_counts_everywhere_soon(servers: list[ServerProcess], admin: Wire) -> None:
    """A key that both servers just used opens nothing within seconds after it was revoked at one."""
    made = admin.call("ApiKeyService/CreateApiKey", name="k", scopes=["recall"])
    use_everywhere(servers, made.secret)
    admin.call("ApiKeyService/RevokeApiKey", key_id=made.api_key.key_id)

    assert refused_everywhere(servers, made.secret) <= SOON
    admin.call("ApiKeyService/RestoreApiKey", key_id=made.api_key.key_id)
    with Wire(servers[1].target, made.secret) as wire:
        until(lambda: reason(wire) == "", SOON)


def test_an_expiry_counts_everywhere_soon(servers: list[ServerProcess], admin: Wire) -> None:
    """A key ends when its time has come, also where it was just used."""
    end = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(time.time() + 4))}Z"
    made = admin.call("ApiKeyService/CreateApiKey", name="k", scopes=["recall"], expireTime=end)
    use_everywhere(servers, made.secret)

    assert refused_everywhere(servers, made.secret) <= 4 + SOON


def test_a_logout_counts_everywhere_soon(servers: list[ServerProcess], admin: Wire) -> None:
    """An access token that both servers just used opens nothing within seconds after the logout."""
    token = admin.call("AuthService/CreateInvitation").invitation_token
    done = admin.call(
        "AuthService/Register",
        login="somebody",
        password=BOOTSTRAP,
        invitation_token=token,
    )
    use_everywhere(servers, done.tokens.access_token)
    with Wire(servers[1].target, done.tokens.access_token) as wire:
        wire.call("AuthService/Logout")

    assert refused_everywhere(servers, done.tokens.access_token) <= SOON


def test_the_operators_verb_and_the_servers_know_the_same_keys(
    servers: list[ServerProcess], admin: Wire, database_url: str
) -> None:
    """`memsvc keys` makes, lists, exchanges and ends keys while servers serve."""
    made = keys(database_url, "create", "--name", "cli", "--scope", "recall")
    use_everywhere(servers, made["secret"])
    rotated = keys(database_url, "rotate", made["key_id"], "--overlap-hours", "0")
    use_everywhere(servers, rotated["secret"])
    assert refused_everywhere(servers, made["secret"]) <= SOON
    assert keys(database_url, "revoke", rotated["key_id"])["revoke_time"]
    assert refused_everywhere(servers, rotated["secret"]) <= SOON

    listed = {key["key_id"]: key for key in keys(database_url, "list")}
    assert listed[rotated["key_id"]]["replaces"] == made["key_id"]
    assert "secret" not in str(listed)
    shown = admin.call("ApiKeyService/ListApiKeys", page_size=500).api_keys
    assert {key.key_id for key in shown} == set(listed)
    for server in servers:
        assert made["secret"] not in server.log()


def test_uses_are_noted(servers: list[ServerProcess], admin: Wire) -> None:
    """Behind the calls, within seconds."""
    made = admin.call("ApiKeyService/CreateApiKey", name="used", scopes=["recall"])
    use_everywhere(servers, made.secret)

    def noted() -> bool:
        page = admin.call("ApiKeyService/ListApiKeys", page_size=500)
        key = next(k for k in page.api_keys if k.key_id == made.api_key.key_id)
        return bool(key.HasField("last_used_time"))

    until(noted)


def test_a_long_stream_ends_with_its_key(servers: list[ServerProcess], admin: Wire) -> None:
    """Whoever watches a job with a key that is revoked is cut off within a minute, not in an hour."""
    made = admin.call("ApiKeyService/CreateApiKey", name="w", scopes=["job.read", "ingest"])
    with Wire(servers[0].target, made.secret) as wire:
        stored = wire.call(
            "MemoryService/Ingest", user_id="u", messages=[{"content": "I live in Rome."}]
        )
        # No worker runs here: the job waits.
        admin.call("ApiKeyService/RevokeApiKey", key_id=made.api_key.key_id)
        call = wire.watch(stored.job_id, seconds=90)
        with pytest.raises(grpc.RpcError) as caught:
            list(call)
    assert isinstance(caught.value, grpc.Call)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_server_on_loopback_asks_for_keys_if_told_to(tmp_path: Path, database_url: str) -> None:
    """Without anything configured but that, keys of the database open it and nothing else does."""
    made = keys(database_url, "create", "--name", "only")
    with started(tmp_path, database_url, require_credentials=True) as server:
        with Wire(server.target) as wire:
            assert reason(wire) == "CREDENTIAL_INVALID"
        with Wire(server.target, made["secret"]) as wire:
            assert reason(wire) == ""


def test_whoever_guesses_has_to_wait(tmp_path: Path, database_url: str) -> None:
    """After so many failures an address is told when to come back; headers do not make it another one."""
    made = keys(database_url, "create", "--name", "good")
    settings = {"require_credentials": True, "auth_failures_burst": 3}
    with started(tmp_path, database_url, auth_failures_per_minute=0.1, **settings) as server:
        forged = (("x-forwarded-for", "203.0.113.9"),)
        with Wire(server.target, made["secret"]) as wire:
            assert reason(wire) == ""
        for number in range(3):
            with Wire(server.target, f"guess {number}", metadata=forged) as wire:
                assert reason(wire) == "CREDENTIAL_INVALID"
        with Wire(server.target, "one more") as wire, pytest.raises(Refused) as caught:
            wire.call("AdminService/GetServerInfo")
        with Wire(server.target, made["secret"]) as wire:
            assert reason(wire) == ""
        with Wire(server.target) as wire:
            assert (
                reason(wire, "AuthService/Login", login="a", password=BOOTSTRAP) == "RATE_LIMITED"
            )
    assert (caught.value.code, caught.value.reason) == ("RESOURCE_EXHAUSTED", "RATE_LIMITED")
    assert caught.value.retry_ms > 0


def test_a_token_of_a_configured_issuer_opens_the_server(tmp_path: Path, database_url: str) -> None:
    """Issuer, audience and claims of the settings file; the user of the token is the one it acts for."""
    with IdentityServer() as provider:
        file = tmp_path / "memsvc.toml"
        file.write_text(
            f'[[issuers]]\nname = "idp"\nissuer = "{provider.issuer}"\naudience = "{AUDIENCE}"\n'
            'tenant_claim = "org_id"\nrole = "user"\n'
        )
        token = provider.token(org_id="acme", sub="ana")
        with started(tmp_path, database_url, "--config", str(file)) as server:
            with Wire(server.target, token) as wire:
                wire.call("MemoryService/CreateMemory", user_id="ana", content="tea")
                assert reason(wire, "MemoryService/ListMemories", user_id="bob") == "USER_NOT_FOUND"
                assert reason(wire, "ApiKeyService/ListApiKeys") == "SCOPE_MISSING"
                assert reason(wire, "AuthService/GetMe") == "ACCOUNT_REQUIRED"
            with Wire(server.target, provider.token(org_id="acme", aud="else")) as wire:
                assert reason(wire) == "CREDENTIAL_INVALID"
            lines = until(lambda: [x for x in server.log_lines() if x.get("principal")])
            assert lines[0]["principal"] == "issuer:idp:ana"
            assert token not in server.log()


class Pki:
    """An authority and what it has certified."""

    def __init__(self, folder: Path) -> None:
        """Write what a server needs."""
        self._folder = folder
        self.ca = trustme.CA()
        self.client_ca = trustme.CA()
        self.client_ca_file = folder / "clients.pem"
        self.client_ca.cert_pem.write_to_path(self.client_ca_file)
        self.certificate, self.key = folder / "server.pem", folder / "server.key"
        self.renew()

    def renew(self, ca: trustme.CA | None = None) -> None:
        """Write another certificate in the place of the one before, as an operator's tool would."""
        issued = (ca or self.ca).issue_cert("localhost", "127.0.0.1")
        for path, data in (
            (self.key, issued.private_key_pem.bytes()),
            (self.certificate, b"".join(blob.bytes() for blob in issued.cert_chain_pems)),
        ):
            new = path.with_suffix(".new")
            new.write_bytes(data)
            new.rename(path)

    def settings(self, **more: Any) -> dict[str, Any]:
        """Return the settings of a server."""
        return {"tls_certificate_file": self.certificate, "tls_key_file": self.key, **more}

    def credentials(self, *names: str, ca: trustme.CA | None = None) -> grpc.ChannelCredentials:
        """Return what a client connects with; *names* stand in its certificate."""
        roots = (ca or self.ca).cert_pem.bytes()
        if not names:
            return grpc.ssl_channel_credentials(roots)
        return grpc.ssl_channel_credentials(roots, *certified(self.client_ca, *names))


def certified(ca: trustme.CA, *names: str) -> tuple[bytes, bytes]:
    """Return a private key and a certificate with these names, which are addresses or those of hosts."""
    key = ec.generate_private_key(ec.SECP256R1())
    kinds = [UniformResourceIdentifier(n) if "://" in n else DNSName(n) for n in names]
    authority = x509.load_pem_x509_certificate(ca.cert_pem.bytes())
    signer = serialization.load_pem_private_key(ca.private_key_pem.bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    now = datetime.now(UTC)
    certificate = (
        x509
        .CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(kinds), critical=True)
        .sign(signer, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(pem)


def test_a_renewed_certificate_counts_without_a_restart(tmp_path: Path, database_url: str) -> None:
    """New connections see the new one, old ones live on; a half-written pair changes nothing."""
    pki, successor = Pki(tmp_path), trustme.CA()
    alone = (("grpc.use_local_subchannel_pool", 1),)
    with started(tmp_path, database_url, **pki.settings()) as server:
        with Wire(server.target, tls=pki.credentials(), options=alone) as old:
            assert reason(old) == ""
            pki.certificate.write_text("nonsense")
            with Wire(server.target, tls=pki.credentials(), options=alone) as wire:
                assert reason(wire) == ""
            pki.renew(successor)
            with Wire(server.target, tls=pki.credentials(ca=successor), options=alone) as wire:
                assert reason(wire) == ""
            with Wire(server.target, tls=pki.credentials(), options=alone) as wire:
                assert wire.is_out_of_reach()
            assert reason(old) == ""
        events = [line["event"] for line in server.log_lines()]
    assert events.count("certificates_renewed") == 1
    assert "certificates_unusable" in events


def test_a_certificate_says_who_calls(tmp_path: Path, database_url: str) -> None:
    """Its name is tenant, user and role; without one from the right authority nobody gets in."""
    pki = Pki(tmp_path)
    acme = "spiffe://prod.example/tenant/acme"
    key = keys(database_url, "create", "--name", "k", "--scope", "recall")["secret"]
    settings = pki.settings(
        tls_client_ca_file=pki.client_ca_file, spiffe_trust_domain="prod.example"
    )
    with started(tmp_path, database_url, **settings) as server:

        def end(
            credential: str | None, *names: str, call: str = "ApiKeyService/ListApiKeys"
        ) -> str:
            with Wire(server.target, credential, tls=pki.credentials(*names)) as wire:
                return reason(wire, call)

        assert end(None, acme) == ""
        assert end(None, f"{acme}/role/user") == "SCOPE_MISSING"
        assert end(None, "spiffe://else.example/tenant/acme") == "CREDENTIAL_INVALID"
        assert end(None, "host.example") == "CREDENTIAL_INVALID"
        assert end(key, acme) == "SCOPE_MISSING"
        assert end(key, acme, call="AdminService/GetServerInfo") == ""
        assert end(key, "spiffe://prod.example/tenant/globex") == "CREDENTIAL_INVALID"
        with Wire(server.target, tls=pki.credentials(f"{acme}/user/ana")) as ana:
            ana.call("MemoryService/CreateMemory", user_id="ana", content="tea")
            assert reason(ana, "MemoryService/ListMemories", user_id="bob") == "USER_NOT_FOUND"
        with Wire(server.target, key, tls=pki.credentials()) as wire:
            assert wire.is_out_of_reach()
        forged = grpc.ssl_channel_credentials(
            pki.ca.cert_pem.bytes(), *certified(trustme.CA(), acme)
        )
        with Wire(server.target, tls=forged) as wire:
            assert wire.is_out_of_reach()


def test_a_sidecar_passes_a_certificate_on(tmp_path: Path, database_url: str) -> None:
    """Where the settings say so, and then what it passes on has to name a tenant."""
    told = (("x-forwarded-client-cert", "By=x;URI=spiffe://prod.example/tenant/acme/role/user"),)
    settings = {"spiffe_trust_domain": "prod.example", "forwarded_client_cert": True}
    with started(tmp_path, database_url, require_credentials=True, **settings) as server:
        with Wire(server.target, metadata=told) as wire:
            assert reason(wire) == ""
            assert reason(wire, "ApiKeyService/ListApiKeys") == "SCOPE_MISSING"
        with Wire(server.target) as wire:
            assert reason(wire) == "CREDENTIAL_INVALID"


def test_a_server_without_its_certificate_says_so(tmp_path: Path, database_url: str) -> None:
    """A pair that does not fit ends with status 3 and one clear line, before anybody can connect."""
    pki = Pki(tmp_path)
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(pki.key)
    server = started(tmp_path, database_url, **pki.settings())

    assert server.process.wait(timeout=60) == 3
    server.stop()
    told = [line for line in server.log_lines() if line["event"] == "cannot_serve"]
    assert str(pki.certificate) in told[0]["error"]
