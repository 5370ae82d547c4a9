"""The chart and the manifests: valid, as we say, and with settings that exist."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from memsvc.config import Settings
from memsvc.rpc.pipeline import STREAM_LIMITS
from memsvc.rpc.server import SERVICES, ServerSettings

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/memsvc"
HELM = shutil.which("helm", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
NEWEST = "1.34"

pytestmark = pytest.mark.skipif(
    HELM is None and "CI" not in os.environ, reason="needs helm, which needs Go to be built"
)


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run helm and return what came of it."""
    return subprocess.run([str(HELM), *arguments], capture_output=True, text=True, check=False)


def rendered(*settings: str, version: str = NEWEST) -> dict[str, Any]:
    """Return the chart's objects by their kind, with these values set."""
    sets = [word for setting in settings for word in ("--set", setting)]
    done = helm("template", "memsvc", str(CHART), "--kube-version", version, *sets)
    assert done.returncode == 0, done.stderr
    return {item["kind"]: item for item in yaml.safe_load_all(done.stdout) if item}


def container(objects: dict[str, Any]) -> dict[str, Any]:
    """Return the server's container."""
    containers: list[dict[str, Any]] = objects["Deployment"]["spec"]["template"]["spec"][
        "containers"
    ]
    return containers[0]


def environment(objects: dict[str, Any]) -> dict[str, Any]:
    """Return the server's environment; what comes from a secret is None."""
    return {item["name"]: item.get("value") for item in container(objects)["env"]}


def test_the_chart_is_in_order() -> None:
    """Helm finds no fault with the chart."""
    done = helm("lint", str(CHART), "--strict")

    assert done.returncode == 0, done.stdout


def test_the_manifests_are_the_charts() -> None:
    """The plain manifests are what the chart gives with its defaults."""
    done = helm("template", "memsvc", str(CHART), "--kube-version", NEWEST, "--namespace", "memsvc")

    assert (ROOT / "deploy/kubernetes/memsvc.yaml").read_text("utf-8") == done.stdout


@pytest.mark.parametrize("version", ["1.27", "1.30", NEWEST])
@pytest.mark.parametrize(
    "settings",
    [
        (),
        ("autoscaling.enabled=false", "service.headless=true", "database.hasMigrateUrl=true"),
        ("credentials.secret=", "tenantHeader=x-tenant", "settings.MEMSVC_EMBEDDER=none"),
        ("credentials.secret=", "credentials.bootstrapSecret=first-key"),
    ],
)
def test_kubernetes_takes_it(version: str, settings: tuple[str, ...]) -> None:
    """Each object has the shape that Kubernetes wants, strictly."""
    for item in rendered(*settings, version=version).values():
        kubernetes_validate.validate(item, version, strict=True)


def test_every_setting_exists() -> None:
    """The environment sets only what the server knows, and the server takes the values."""
    objects = rendered("settings.MEMSVC_LOG_LEVEL=debug", "tenantHeader=x-tenant")
    given = environment(objects)
    names = {name.removeprefix("MEMSVC_").lower() for name in given}
    known = {"connection_age_seconds", "drain_seconds", "grace_seconds", "admin_host", "admin_port"}

    assert names <= set(Settings.model_fields)
    values = {n: given[f"MEMSVC_{n.upper()}"] for n in (*known, "log_level", "tenant_header")}
    Settings(**values)


def test_a_server_has_the_time_to_end() -> None:
    """Kubernetes waits longer than the hook, the draining and the running calls take together."""
    for shutdown in ((), ("shutdown.graceSeconds=100", "shutdown.drainSeconds=7")):
        objects = rendered(*shutdown)
        spec = objects["Deployment"]["spec"]["template"]["spec"]
        hook = int(container(objects)["lifecycle"]["preStop"]["exec"]["command"][1])
        given = environment(objects)
        needed = hook + int(given["MEMSVC_DRAIN_SECONDS"]) + int(given["MEMSVC_GRACE_SECONDS"])

        assert spec["terminationGracePeriodSeconds"] > needed


def test_probes_ask_health_in_its_own_words() -> None:
    """Alive is the empty service, ready is the memory service; both by gRPC."""
    probes = {
        name: container(rendered())[f"{name}Probe"]["grpc"] for name in ("liveness", "readiness")
    }

    assert "service" not in probes["liveness"]
    assert probes["readiness"]["service"] in SERVICES


def test_a_mesh_sees_grpc() -> None:
    """The port's name and appProtocol say gRPC, and it is the one that the server listens on."""
    objects = rendered("service.port=6000")
    port = objects["Service"]["spec"]["ports"][0]

    assert (port["name"], port["appProtocol"], port["port"]) == ("grpc", "grpc", 6000)
    assert container(objects)["args"][3:5] == ["--port", "6000"]
    assert {"name": "grpc", "containerPort": 6000} in container(objects)["ports"]


def test_nobody_deploys_an_open_server() -> None:
    """Without credentials and without a mesh's header the chart refuses."""
    done = helm(
        *("template", "memsvc", str(CHART), "--kube-version", NEWEST),
        *("--set", "credentials.secret="),
    )

    assert done.returncode != 0
    assert "credentials.bootstrapSecret or tenantHeader is needed" in done.stderr


def test_replicas_are_the_autoscalers_or_ours() -> None:
    """A fixed number stands in the deployment only where nothing scales it."""
    assert "replicas" not in rendered()["Deployment"]["spec"]
    fixed = rendered("autoscaling.enabled=false", "replicas=3")
    assert fixed["Deployment"]["spec"]["replicas"] == 3
    assert "HorizontalPodAutoscaler" not in fixed


def test_the_mesh_neither_retries_nor_limits() -> None:
    """What the notes on Istio say is what the file does: retries and deadlines are the clients'."""
    objects = list(yaml.safe_load_all((ROOT / "deploy/mesh/istio.yaml").read_text("utf-8")))
    route = objects[0]["spec"]["http"][0]
    limit = objects[1]["spec"]["trafficPolicy"]["connectionPool"]["http"]["http2MaxRequests"]

    assert route["timeout"] == "0s"
    assert route["retries"] == {"attempts": 0}
    assert limit < ServerSettings().calls_max


def test_the_values_for_linkerd_fit_the_chart() -> None:
    """With them the pods are in the mesh, metrics stay out of it, and the name balances calls."""
    values = str(ROOT / "deploy/mesh/linkerd-values.yaml")
    done = helm("template", "memsvc", str(CHART), "--kube-version", NEWEST, "--values", values)
    objects = {item["kind"]: item for item in yaml.safe_load_all(done.stdout) if item}
    annotations = objects["Deployment"]["spec"]["template"]["metadata"]["annotations"]

    assert annotations["linkerd.io/inject"] == "enabled"
    port = next(p for p in container(objects)["ports"] if p["name"] == "metrics")
    assert annotations["config.linkerd.io/skip-inbound-ports"] == str(port["containerPort"])
    assert "clusterIP" not in objects["Service"]["spec"]


def test_an_old_connection_ends_no_stream() -> None:
    """A connection is asked to move on in time, and a stream on it may run to its own end."""
    options = dict(ServerSettings(connection_age_seconds=77).options())

    assert options["grpc.max_connection_age_ms"] == 77_000
    assert options["grpc.max_connection_age_grace_ms"] >= STREAM_LIMITS.most * 1000
