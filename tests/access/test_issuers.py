"""Tokens of others: what has to be right about one before it is believed."""

from __future__ import annotations

import base64
import json
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from memsvc.core.access import ALL_SCOPES, AccountRole, scopes_of
from memsvc.providers import jwks
from memsvc.providers.jwks import Download, FileOfKeys, KeySet, KeysUnavailable, SharedSecret
from memsvc.usecases.access.finding import Flaw
from memsvc.usecases.access.issuers import ClaimNames, Issuer, IssuerCheck, claim, claimed_issuer
from tests.fakes.identity_server import AUDIENCE, IdentityServer

OTHER = rsa.generate_private_key(65537, 2048)
SECRET = b"0123456789abcdef0123456789abcdef"


@pytest.fixture
def provider() -> Iterator[IdentityServer]:
    """An identity provider."""
    with IdentityServer() as server:
        yield server


def issuer_of(provider: IdentityServer, **changes: Any) -> Issuer:
    """Return what is believed about *provider*, with *changes*."""
    values: dict[str, Any] = {
        "name": "test",
        "issuer": provider.issuer,
        "audience": AUDIENCE,
        "algorithms": ("RS256",),
        "tenant": "acme",
        "role": AccountRole.USER,
        "claims": ClaimNames(),
        **changes,
    }
    if "keys" not in values:
        values["keys"] = keys_of(provider)
    return Issuer(**values)


def keys_of(provider: IdentityServer, *kinds: str) -> KeySet:
    """Return its keys of some *kinds*, RSA unless told otherwise."""
    download = Download(provider.issuer, provider.jwks_url)
    return KeySet("test", download, kinds or ("RSA",), download.close)


Judge = Callable[..., Any]


@pytest.fixture
async def judge(provider: IdentityServer) -> AsyncIterator[Judge]:
    """Judges a token of the provider by what is believed about it."""
    checks: list[IssuerCheck] = []

    async def judged(token: str, **changes: Any) -> Any:
        checks.append(IssuerCheck({provider.issuer: issuer_of(provider, **changes)}))
        return await checks[-1](token, time.time())

    yield judged
    for check in checks:
        await check.close()


@pytest.mark.parametrize(
    ("algorithm", "kind"), [("RS256", "RSA"), ("ES256", "EC"), ("EdDSA", "OKP")]
)
async def test_a_right_token_stands_for_its_subject(
    provider: IdentityServer, judge: Judge, algorithm: str, kind: str
) -> None:
    """Signed by a key of the issuer, for this service and in time: then it is believed, for a while."""
    found = await judge(
        provider.token(algorithm), algorithms=(algorithm,), keys=keys_of(provider, kind)
    )

    assert found.identity.tenant_id == "acme"
    assert found.identity.user_id == "somebody"
    assert found.identity.principal == "issuer:test:somebody"
    assert found.identity.scopes == scopes_of(AccountRole.USER)
    assert found.identity.session_id == "", "it is never an account of our own"
    assert 0 < found.seconds <= 60


def public_pem(provider: IdentityServer) -> bytes:
    """Return the public RSA key as people pass it around."""
    public: bytes = (
        provider
        .private["RS256"]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return public


def by_hand(provider: IdentityServer, header: dict[str, Any], key: bytes = b"") -> str:
    """Return a token that no library would sign: by HS256 with *key*, or by nothing."""

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    text = f"{part(header)}.{part(provider.claims())}"
    algorithm = jwt.get_algorithm_by_name("HS256")
    # The library would notice that this is a public key.
    signature = algorithm.sign(text.encode(), key) if key else b""
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def signed_with_public_key(provider: IdentityServer) -> str:
    """Return a token whose secret is the public key that everybody has."""
    return by_hand(provider, {"alg": "HS256", "kid": "RS256"}, public_pem(provider))


WRONG: dict[str, Callable[[IdentityServer], str]] = {
    "algorithm none": lambda p: by_hand(p, {"alg": "none", "kid": "RS256"}),
    "no algorithm": lambda p: by_hand(p, {"kid": "RS256"}),
    "algorithm is a list": lambda p: by_hand(p, {"alg": ["RS256"], "kid": "RS256"}),
    "the public key as a secret": signed_with_public_key,
    "signed by somebody else": lambda p: p.token(key=OTHER),
    "of another family": lambda p: p.token("ES256"),
    "no signature": lambda p: p.token().rpartition(".")[0] + ".",
    "another audience": lambda p: p.token(aud="https://other.example"),
    "no audience": lambda p: p.token(aud=None),
    "no audience in the list": lambda p: p.token(aud=[]),
    "no issuer": lambda p: p.token(iss=None),
    "another issuer": lambda p: p.token(iss="https://other.example"),
    "no expiry": lambda p: p.token(exp=None),
    "expired": lambda p: p.token(iat=int(time.time()) - 600, exp=int(time.time()) - 60),
    "an expiry that is no number": lambda p: p.token(exp="tomorrow"),
    "an expiry in the far future": lambda p: p.token(exp=int(time.time()) + 25 * 3600),
    "an expiry beyond all numbers": lambda p: p.token(exp=float("inf")),
    "no time of issue": lambda p: p.token(iat=None),
    "issued in the future": lambda p: p.token(iat=int(time.time()) + 120),
    "not yet valid": lambda p: p.token(nbf=int(time.time()) + 120),
    "no subject": lambda p: p.token(sub=None),
    "an empty subject": lambda p: p.token(sub=""),
    "a long subject": lambda p: p.token(sub="x" * 129),
    "a subject of several lines": lambda p: p.token(sub="a\nb"),
    "a key that is not known": lambda p: p.token(headers={"kid": "unknown"}),
    "a key that is a path": lambda p: p.token(headers={"kid": "../../../../dev/null"}),
    "a key that is an address": lambda p: p.token(headers={"kid": "http://127.0.0.1:1/keys"}),
    "a key that is SQL": lambda p: p.token(headers={"kid": "' or 1 = 1 --"}),
    "a critical header": lambda p: by_hand(p, {"alg": "RS256", "crit": ["exp"], "exp": 1}),
    "keys of its own": lambda p: p.token(headers={"jku": p.jwks_url}),
    "a certificate of its own": lambda p: p.token(headers={"x5u": p.jwks_url}),
    "a key of its own": lambda p: p.token(key=OTHER, headers={"jwk": p.public_key("RS256")}),
    "a megabyte": lambda p: p.token(padding="x" * 1_000_000),
    "nine kilobytes": lambda p: p.token(padding="x" * 9_000),
    "no token": lambda _: "a.b.c",
    "empty parts": lambda _: "..",
    "deeply nested": lambda p: by_hand(p, {"alg": "RS256", "kid": "RS256", "x": nested()}),
}


def nested() -> Any:
    """Return a value that is deeper than one likes to read."""
    value: Any = []
    for _ in range(900):
        value = [value]
    return value


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_token_opens_nothing(
    provider: IdentityServer, judge: Judge, name: str
) -> None:
    """Whatever is wrong about a token, it is refused, and nothing of it is asked for anywhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of what is done here on purpose
        token = WRONG[name](provider)

    found = await judge(token)

    assert found.identity is None
    assert found.flaw is Flaw.TOKEN
    assert {path for path, _ in provider.seen} <= {"/keys"}


async def test_clocks_may_differ_a_little(provider: IdentityServer, judge: Judge) -> None:
    """Half a minute of difference between two machines is no reason to refuse."""
    now = int(time.time())

    assert (await judge(provider.token(iat=now - 300, exp=now - 10))).identity
    assert (await judge(provider.token(iat=now + 20, nbf=now + 20))).identity


async def test_a_secret_is_one_key_and_never_a_public_one(
    provider: IdentityServer, judge: Judge
) -> None:
    """An issuer that signs with a secret is believed by that secret, and nothing is downloaded."""
    keys = SharedSecret(SECRET)
    token = provider.token("HS256", key=SECRET)

    assert (await judge(token, algorithms=("HS256",), keys=keys)).identity
    assert not (await judge(provider.token(), algorithms=("HS256",), keys=keys)).identity
    assert not provider.seen


SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "Clerk": (
        {"sub": "user_2x", "azp": "https://app.example", "org_id": "org_7", "sid": "sess_1"},
        {"tenant": "", "claims": ClaimNames(tenant="org_id")},
        {"tenant_id": "org_7", "user_id": "user_2x"},
    ),
    "Supabase": (
        {
            "sub": "0b7c-user",
            "aud": ["authenticated", AUDIENCE],
            "role": "authenticated",
            "app_metadata": {"tenant": "acme", "memsvc_role": "read_only"},
        },
        {
            "tenant": "",
            "claims": ClaimNames(tenant="app_metadata.tenant", role="app_metadata.memsvc_role"),
        },
        {
            "tenant_id": "acme",
            "user_id": "0b7c-user",
            "scopes": scopes_of(AccountRole.READ_ONLY),
        },
    ),
    "Auth0": (
        {
            "sub": "auth0|64",
            "https://memory.example/tenant": "globex",
            "scope": "openid profile recall search nonsense",
        },
        {
            "tenant": "",
            "role": None,
            "claims": ClaimNames(tenant="https://memory.example/tenant", scopes="scope"),
        },
        {"tenant_id": "globex", "user_id": "auth0|64", "scopes": {"recall", "search"}},
    ),
    "a service of Auth0": (
        {"sub": "client@clients", "permissions": ["ingest", "key.admin"]},
        {"role": None, "claims": ClaimNames(user="", scopes="permissions")},
        {"tenant_id": "acme", "user_id": "", "scopes": {"ingest", "key.admin"}},
    ),
    "Kubernetes": (
        {
            "sub": "system:serviceaccount:shop:assistant",
            "aud": [AUDIENCE],
            "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "assistant"}},
        },
        {
            "tenant": "",
            "role": AccountRole.ADMIN,
            "claims": ClaimNames(tenant="kubernetes.io.namespace", user=""),
        },
        {"tenant_id": "shop", "user_id": "", "scopes": ALL_SCOPES},
    ),
}


@pytest.mark.parametrize("name", SHAPES)
async def test_tokens_of_well_known_issuers_are_understood(
    provider: IdentityServer, judge: Judge, name: str
) -> None:
    """Tenant, user, role and scopes are found where each kind of issuer puts them."""
    claims, settings, expected = SHAPES[name]

    found = await judge(provider.token(**claims), **settings)

    assert found.identity
    assert {key: getattr(found.identity, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("claims", "settings"),
    [
        ({}, {"tenant": "", "claims": ClaimNames(tenant="org_id")}),
        ({"org_id": ""}, {"tenant": "", "claims": ClaimNames(tenant="org_id")}),
        ({"org_id": ["a"]}, {"tenant": "", "claims": ClaimNames(tenant="org_id")}),
        ({"role": "god"}, {"claims": ClaimNames(role="role")}),
        ({}, {"role": None, "claims": ClaimNames(role="role")}),
        ({}, {"claims": ClaimNames(user="email")}),
    ],
)
async def test_a_token_without_what_the_settings_name_opens_nothing(
    provider: IdentityServer, judge: Judge, claims: dict[str, Any], settings: dict[str, Any]
) -> None:
    """No tenant, no known role, no user: then it is nobody, and not somebody by default."""
    assert (await judge(provider.token(**claims), **settings)).identity is None


async def test_a_scope_beyond_the_role_does_not_count(
    provider: IdentityServer, judge: Judge
) -> None:
    """The issuer says what its callers may do within what the settings let them."""
    found = await judge(
        provider.token(scope="recall key.admin"),
        role=AccountRole.READ_ONLY,
        claims=ClaimNames(scopes="scope"),
    )

    assert found.identity.scopes == {"recall"}


async def test_keys_are_found_by_discovery(provider: IdentityServer, judge: Judge) -> None:
    """Without an address for the keys the issuer is asked where they are, if it is the one it says."""
    download = Download(provider.issuer)
    keys = KeySet("test", download, ("RSA",), download.close)
    assert (await judge(provider.token(), keys=keys)).identity

    provider.say("/.well-known/openid-configuration", issuer="x", jwks_uri=provider.jwks_url)
    with pytest.raises(KeysUnavailable, match="another name"):
        await Download(provider.issuer)()
    provider.say(
        "/.well-known/openid-configuration", issuer=provider.issuer, jwks_uri="http://192.0.2.1/"
    )
    with pytest.raises(KeysUnavailable, match="neither https"):
        await Download(provider.issuer)()


async def test_no_redirection_is_followed_and_no_flood_is_read(provider: IdentityServer) -> None:
    """An issuer cannot send the server elsewhere, nor fill its memory."""
    provider.status, provider.location = 302, f"{provider.issuer}/elsewhere"
    with pytest.raises(KeysUnavailable, match="302"):
        await Download(provider.issuer, provider.jwks_url)()
    assert [path for path, _ in provider.seen] == ["/keys"]

    provider.status, provider.location = 200, ""
    provider.pages["/keys"] = b" " * (jwks.BYTES_MAX + 1)
    with pytest.raises(KeysUnavailable, match="too large"):
        await Download(provider.issuer, provider.jwks_url)()


async def test_a_bearer_token_is_read_anew_and_goes_nowhere_else(
    provider: IdentityServer, tmp_path: Path
) -> None:
    """A cluster's keys are asked for with the token of the moment; another host is not shown it."""
    file = tmp_path / "token"
    file.write_text("first\n")
    download = Download(provider.issuer, bearer_token_file=file)
    await download()
    file.write_text("second")
    await download()
    provider.say(
        "/.well-known/openid-configuration",
        issuer=provider.issuer,
        jwks_uri=provider.jwks_url.replace("127.0.0.1", "localhost"),
    )
    await download()
    await download.close()

    sent = [(path, headers.get("authorization")) for path, headers in provider.seen]
    discovery = "/.well-known/openid-configuration"
    assert sent == [
        (discovery, "Bearer first"),
        ("/keys", "Bearer first"),
        (discovery, "Bearer second"),
        ("/keys", "Bearer second"),
        (discovery, "Bearer second"),
        ("/keys", None),
    ]


async def test_a_key_that_is_not_known_is_looked_for_now_and_then(
    provider: IdentityServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens with invented keys do not make the server ask the issuer again and again."""
    keys = keys_of(provider)
    for _ in range(5):
        assert await keys.key("invented") is None
    assert len(provider.seen) == 1

    monkeypatch.setattr(jwks, "RETRY_SECONDS", 0.0)
    provider.show_keys({**provider.public_key("RS256"), "kid": "new"})
    assert await keys.key("new") is not None
    await keys.close()


async def test_the_last_good_keys_are_kept(
    provider: IdentityServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an issuer cannot be reached, or answers nonsense, its tokens go on being believed."""
    monkeypatch.setattr(jwks, "RETRY_SECONDS", 0.0)
    keys = keys_of(provider)
    assert await keys.key("RS256") is not None
    for status, page in ((500, b""), (200, b"nonsense"), (200, b'{"keys": [1, {"kty": "RSA"}]}')):
        provider.status, provider.pages["/keys"] = status, page
        assert await keys.key("unknown") is None
        assert await keys.key("RS256") is not None
    await keys.close()


async def test_without_any_keys_nobody_is_let_in(provider: IdentityServer, judge: Judge) -> None:
    """An issuer that cannot be reached from the start opens nothing, and is asked again later."""
    provider.status = 503

    assert (await judge(provider.token())).flaw is Flaw.ISSUER


async def test_keys_may_stand_in_a_file(
    provider: IdentityServer, judge: Judge, tmp_path: Path
) -> None:
    """What an operator has put there needs no network; of keys for other uses none counts."""
    file = tmp_path / "keys.json"
    file.write_bytes(provider.pages["/keys"])
    keys = KeySet("test", FileOfKeys(file), ("RSA",))

    assert (await judge(provider.token(), keys=keys)).identity
    assert not provider.seen
    only = {**provider.public_key("RS256"), "use": "enc"}
    file.write_text(json.dumps({"keys": [only]}))
    with pytest.raises(KeysUnavailable):
        await KeySet("test", FileOfKeys(file), ("RSA",)).key("RS256")


def test_claims_are_found_as_they_are_called() -> None:
    """A name with dots is one name if there is such a claim, else it leads into others."""
    claims = {"a.b": 1, "a": {"b": 2, "c": {"d": 3}}, "x.io": {"y": 4}}

    assert [claim(claims, name) for name in ("a.b", "a.c.d", "x.io.y", "a.x", "")] == [
        *(1, 3, 4),
        *(None, None),
    ]


def test_who_a_token_says_it_is_from_is_read_without_belief() -> None:
    """What is no token comes from nobody."""
    assert claimed_issuer("x") == ""
    assert claimed_issuer(jwt.encode({"sub": "x"}, SECRET)) == ""
    assert claimed_issuer(jwt.encode({"iss": "me"}, SECRET)) == "me"
