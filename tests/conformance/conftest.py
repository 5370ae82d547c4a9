"""The stage on which scenarios are played: servers, a proxy, a gateway, and a runner a language."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.api_keys import ADMIN_KEYS, Keyring
from tests.conformance.drivers import LANGUAGES, Driver, Language
from tests.conformance.fault_proxy import FaultProxy
from tests.conformance.own_server import OwnServer
from tests.conformance.playing import Stage
from tests.conformance.scripted_models import ScriptedModels
from tests.conformance.table import Outcomes
from tests.support.gateway import Gateways
from tests.support.server import ServerProcess

OUTCOMES = pytest.StashKey[Outcomes]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that keeps the table."""
    parser.addoption(
        "--write-table", action="store_true", help="put the table into docs/clients.md"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing played."""
    config.stash[OUTCOMES] = Outcomes()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table, and keep it if that was asked for."""
    outcomes = config.stash[OUTCOMES]
    if outcomes.is_begun:
        terminalreporter.section("languages × scenarios")
        terminalreporter.write_line(outcomes.table())
    if config.getoption("--write-table") and outcomes.is_complete:
        outcomes.write()


@pytest.fixture(scope="session")
def outcomes(pytestconfig: pytest.Config) -> Outcomes:
    """Where the ends are noted."""
    return pytestconfig.stash[OUTCOMES]


@pytest.fixture(scope="session")
def credentials_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys that make keys; what scenarios call with is in the database."""
    path = tmp_path_factory.mktemp("credentials") / "credentials.toml"
    hashes = {tenant: hashlib.sha256(key.encode()) for tenant, key in ADMIN_KEYS.items()}
    entries = (
        f'[[credential]]\ntenant = "{tenant}"\nkey_sha256 = "{digest.hexdigest()}"\n'
        for tenant, digest in hashes.items()
    )
    path.write_text("".join(entries), "utf-8")
    return path


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, credentials_file: Path, model_dir: Path
) -> Iterator[ServerProcess]:
    """The server of most scenarios, with a tenant that may call slowly and one that may keep little."""
    folder = tmp_path_factory.mktemp("served")
    process = ServerProcess(
        folder / "log",
        data_dir=str(folder / "data"),
        model_dir=str(model_dir),
        credentials_file=str(credentials_file),
        drain_seconds="0",
        # Scenarios with wrong keys all come from one address.
        auth_failures_burst="100000",
        tenant_rates=json.dumps({"slow": {"units_per_second": 5, "burst": 20}}),
        tenant_quotas=json.dumps({"full": {"memories": 2}}),
    )
    with process:
        yield process
    assert "Traceback" not in process.log(), "a caller's mistake caused a traceback"


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """The keys that clients have unless a scenario says otherwise."""
    return Keyring()


@pytest.fixture(scope="session")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultProxy]:
    """A proxy that leads to whatever server a scenario is played with."""
    proxy = FaultProxy(tmp_path_factory.mktemp("proxy"))
    yield proxy
    proxy.stop()


@pytest.fixture(scope="session")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    """Gateways, made as they are needed."""
    with Gateways(tmp_path_factory.mktemp("gateways")) as gateways:
        yield gateways


@pytest.fixture(scope="session")
def own_server(
    tmp_path_factory: pytest.TempPathFactory, credentials_file: Path, model_dir: Path
) -> Iterator[OwnServer]:
    """The server of the scenarios that need one of their own; they leave it running."""
    server = OwnServer(tmp_path_factory.mktemp("own"), credentials_file, model_dir)
    yield server
    server.process.stop()


@pytest.fixture(scope="session")
def scripted_models(
    tmp_path_factory: pytest.TempPathFactory, credentials_file: Path
) -> Iterator[ScriptedModels]:
    """The server of the scenarios that chat, and its providers."""
    models = ScriptedModels(tmp_path_factory.mktemp("chats"), credentials_file)
    yield models
    models.stop()
    assert "Traceback" not in models.process.log(), "a chat caused a traceback"


@pytest.fixture(scope="session", params=LANGUAGES, ids=lambda language: language.title)
def driver(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Driver]:
    """The runner of each language, one after the other."""
    language: Language = request.param
    if not language.is_built and "CI" not in os.environ:
        pytest.skip(f"no runner: make -C clients/{language.folder} driver")
    with Driver(language, tmp_path_factory.mktemp("driver") / "log") as driver:
        yield driver


@pytest.fixture
def stage(
    driver: Driver,
    server: ServerProcess,
    proxy: FaultProxy,
    gateways: Gateways,
    keyring: Keyring,
) -> Stage:
    """Everything in its place, with the shared server."""
    proxy.lead_to(server.target)
    through = gateways.to if driver.language.through_gateway else str
    return Stage(driver, server, proxy, through, keyring)
