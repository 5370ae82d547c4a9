"""Settings of who may call: each fault is told before anything starts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from memsvc import config
from memsvc.config import SettingsInvalid
from memsvc.core.access import ALL_SCOPES, scopes_of
from memsvc.core.access import AccountRole as Role
from memsvc.wiring.access import static_keys

ELSEWHERE = "192.0.2.1"
KEY = "an administrator's key, long enough"
ISSUER = {
    "name": "idp",
    "issuer": "https://idp.example",
    "audience": "https://memory.example",
    "tenant": "acme",
}


def fault(**settings: Any) -> str:
    """Return what is wrong with the settings."""
    with pytest.raises(SettingsInvalid) as caught:
        config.load(None, **settings)
    return str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"require_credentials": True},
        {"bootstrap_admin_key": KEY},
        {"issuers": [ISSUER]},
        {"tenant_header": "x-tenant"},
    ],
)
def test_beyond_loopback_one_way_to_tell_callers_apart_will_do(settings: dict[str, Any]) -> None:
    """Each of them alone lets a server listen to others; without any it says which there are."""
    assert config.load(None, host=ELSEWHERE, **settings).names_callers
    told = fault(host=ELSEWHERE)
    assert "require_credentials" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"issuer": ""}, "issuer"),
        ({"audience": ""}, "audience"),
        ({"audience": None}, "audience"),
        ({"algorithms": ["RS256", "HS256"]}, "one family"),
        ({"algorithms": ["RS256", "ES256"]}, "one family"),
        ({"algorithms": ["none"]}, "one family"),
        ({"algorithms": []}, "algorithms"),
        ({"algorithms": ["HS256"]}, "secret_file"),
        ({"tenant_claim": "org"}, "tenant"),
        ({"tenant": ""}, "tenant"),
        ({"issuer": "memsvc"}, "itself"),
        ({"issuer": "http://idp.example"}, "https"),
        ({"jwks_url": "http://idp.example/keys"}, "https"),
        ({"jwks_url": "file:///etc/passwd"}, "https"),
        ({"jwks_url": "https://idp.example/k", "jwks_file": "/nowhere"}, "one of"),
        ({"jwks_file": "/nowhere"}, "no such file"),
        ({"ca_file": "/nowhere"}, "no such file"),
        ({"role": "god"}, "role"),
        ({"unknown": "x"}, "unknown"),
    ],
)
def test_an_issuer_that_cannot_be_believed_is_refused(changes: dict[str, Any], told: str) -> None:
    """Whom to believe about what has to be said in full, and safely."""
    assert told in fault(issuers=[{**ISSUER, **changes}])


def test_two_issuers_are_two() -> None:
    """Neither the name nor what tokens call them may be the same."""
    told = fault(issuers=[ISSUER, ISSUER])

    assert "name idp stands there twice" in told
    assert "issuer https://idp.example stands there twice" in told


def test_a_secret_that_signs_is_long(tmp_path: Path) -> None:
    """A short one could be guessed from any token."""
    file = tmp_path / "secret"
    file.write_bytes(b"short")
    issuer = {**ISSUER, "algorithms": ["HS256"], "secret_file": str(file)}
    assert "32 bytes" in fault(issuers=[issuer])
    file.write_bytes(b"0123456789abcdef" * 2 + b"\n")

    assert config.load(None, issuers=[issuer]).issuers[0].secret() == b"0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"bootstrap_admin_key": "short"}, "24 characters"),
        ({"bootstrap_admin_key_file": "/nowhere"}, "nowhere"),
        ({"api_key_peppers_file": "/nowhere"}, "nowhere"),
        ({"tls_certificate_file": "/nowhere"}, "give both"),
        ({"tls_client_ca_file": "/nowhere"}, "needs tls_certificate_file"),
        ({"spiffe_trust_domain": "prod.example"}, "needs tls_client_ca_file"),
        ({"forwarded_client_cert": True}, "needs spiffe_trust_domain"),
    ],
)
def test_what_does_not_go_together_is_told(settings: dict[str, Any], told: str) -> None:
    """A setting that would have no effect, or a file that is not there, is a fault."""
    assert told in fault(**settings)


def test_peppers_are_lines(tmp_path: Path) -> None:
    """The number of a line is the version; short ones are refused."""
    file = tmp_path / "peppers"
    file.write_bytes(b"first pepper of an operator\nsecond pepper of an operator\n")
    settings = config.load(None, api_key_peppers_file=file)
    assert settings.peppers() == [b"first pepper of an operator", b"second pepper of an operator"]
    file.write_bytes(b"first pepper of an operator\n\n")

    assert "24 bytes" in fault(api_key_peppers_file=file)


def test_keys_of_the_settings_may_do_what_stands_beside_them(tmp_path: Path) -> None:
    """Without more everything, as before; scopes, a role and a user narrow it."""
    more = ("", 'role = "user"', 'scopes = ["recall", "key.admin"]', 'user_id = "ana"')
    both = 'role = "user"\nscopes = ["recall", "key.admin"]'
    file = tmp_path / "credentials.toml"
    hashes = [hashlib.sha256(f"key {number}".encode()).hexdigest() for number in range(5)]
    file.write_text(
        "".join(
            f'[[credential]]\ntenant = "acme"\nkey_sha256 = "{digest}"\n{rest}\n'
            for digest, rest in zip(hashes, (*more, both), strict=True)
        )
    )
    keys = static_keys(
        config.load(None, credentials_file=file, bootstrap_admin_key=KEY, host=ELSEWHERE)
    )
    found = [keys[bytes.fromhex(digest)] for digest in hashes]

    assert [one.scopes for one in found] == [
        ALL_SCOPES,
        scopes_of(Role.USER),
        {"recall", "key.admin"},
        ALL_SCOPES,
        {"recall"},
    ]
    assert [one.user_id for one in found] == ["", "", "", "ana", ""]
    assert all(one.principal.startswith("file:") for one in found)
    bootstrap = keys[hashlib.sha256(KEY.encode()).digest()]
    assert (bootstrap.tenant_id, bootstrap.principal) == ("default", "bootstrap")
    file.write_text(f'[[credential]]\ntenant = "a"\nkey_sha256 = "{hashes[0]}"\nscopes = ["god"]\n')
    assert "scopes" in fault(credentials_file=file)


def test_no_secret_is_shown() -> None:
    """The settings in force can be printed."""
    assert KEY not in repr(config.load(None, bootstrap_admin_key=KEY))
