"""Texts of users go to encrypted addresses, or to near ones, or nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from memsvc import config
from memsvc.config import SettingsInvalid
from memsvc.providers.addresses import fault

GOOD = [
    "https://api.openai.com/v1",
    "https://10.0.0.7:8443/v1",
    "http://127.0.0.1:11434/v1",
    "http://localhost:1234/v1",
    "http://[::1]:11434/v1",
    "http://192.168.1.20:8000/v1",
    "http://[fd00::7]/v1",
    "http://ollama:11434/v1",
]
BAD = [
    "file:///etc/passwd",
    "ftp://models.example/v1",
    "gopher://127.0.0.1/",
    "/v1",
    "",
    "https://",
    "http://api.example.com/v1",
    "http://8.8.8.8/v1",
    "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254/v1",
    "http://[fe80::1]/v1",
    "http://[::ffff:169.254.169.254]/v1",
    "http://0.0.0.0/v1",
    "https://user:pw@api.example.com/v1",
    "http://[::1/v1",
    "https://api.example.com:port/v1",
]


@pytest.mark.parametrize("url", GOOD)
def test_an_address_that_is_safe_is_taken(url: str) -> None:
    """Https anywhere; http on this machine, in private networks and where that is allowed by name."""
    assert not fault(url, {"ollama"})


@pytest.mark.parametrize("url", BAD)
def test_an_address_that_is_not_is_refused(url: str) -> None:
    """No other scheme, no plain http to the world, no link-local address, no key in the address."""
    assert fault(url, {"ollama"})


@pytest.mark.parametrize("url", BAD)
def test_a_server_does_not_start_with_it(url: str, tmp_path: Path) -> None:
    """The settings name the provider and the embedder at fault, and do not repeat the address."""
    file = tmp_path / "memsvc.toml"
    file.write_text(
        f"""[[providers]]\nname = "one"\nbase_url = "{url}"\nmodel = "m"\n"""
        f"""[[embedders]]\nname = "two"\nkind = "openai"\nbase_url = "{url}"\n"""
    )

    with pytest.raises(SettingsInvalid) as raised:
        config.load(file)

    told = str(raised.value)
    assert "providers: one: base_url" in told
    assert "embedders: two: base_url" in told
    assert "pw" not in told
