"""Plays a scenario: tells a runner what to do, and compares what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final
from uuid import uuid4

from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from memsvc.rpc.server import SERVICES
from tests.conformance.api_keys import ADMIN_KEYS, Keyring, made_keys
from tests.conformance.drivers import Driver
from tests.conformance.fault_proxy import Fault, FaultProxy
from tests.conformance.matching import differences, filled, taken
from tests.conformance.own_server import OwnServer
from tests.conformance.scenarios import Scenario, Step
from tests.conformance.scripted_models import ScriptedModels
from tests.support.server import ServerProcess
from tests.support.waiting import until

#: What kind of command each kind of step is to a runner, and what of it is passed on as it stands.
OPERATIONS: Final = {
    "call": "unary",
    "list": "list",
    "upload": "upload",
    "stream": "stream",
}
#: How long what is expected soon may take.
SOON_SECONDS: Final = 15.0
PASSED_ON: Final = ("request", "requests", "take", "cancel_after", "timeout_seconds", "headers")


def request_type(name: str) -> type[Message]:
    """Return the type of the requests of an RPC."""
    methods = (method for service in SERVICES.values() for method in service.methods)
    return GetMessageClass(next(m for m in methods if m.name == name).input_type)


def come_back(seconds: float) -> None:
    """Return after so many seconds, as a caller who is told to does."""
    then = time.monotonic() + seconds
    until(lambda: time.monotonic() >= then)


@dataclass
class Stage:
    """What a scenario is played with."""

    driver: Driver
    server: ServerProcess
    proxy: FaultProxy
    #: Turns the address of a server into the one that the runner is given.
    address: Callable[[str], str]
    keyring: Keyring
    #: Where the server is the scenario's own, to be ended and started.
    own: OwnServer | None = None
    #: Where the server chats: whom it asks.
    models: ScriptedModels | None = None
    variables: dict[str, Any] = field(
        default_factory=lambda: {
            "user": f"user-{uuid4()}",
            "id": uuid4().hex,
            "time": datetime.now(UTC).isoformat(),
        }
    )

    def play(self, scenario: Scenario) -> None:
        """Play all steps; fail with the first one that goes otherwise than it says."""
        if scenario.steps[0].kind != "connect":
            self.connect({})
        for number, step in enumerate(scenario.steps, start=1):
            self.do(step, f"step {number} ({step.kind} {step.subject})")

    def do(self, step: Step, where: str) -> None:
        """Do one step."""
        subject = filled(step.subject, self.variables)
        match step.kind:
            case "connect":
                self.connect(subject)
            case "wait_until_ready":
                answer = self.driver.ask(op="wait_until_ready", timeout_seconds=subject)
                self.judge(step, answer, where)
            case "fault" | "seen" | "server" | "model" | "asked":
                self.surround(step, subject, where)
            case "log":
                self.wait_for_line(subject, where)
                unwanted = filled(step.rest.get("never"), self.variables)
                assert not (unwanted and self.has_line(unwanted)), f"{where}: {unwanted}"
            case "key":
                state, rest = subject, step.rest
                admin_key = ADMIN_KEYS[rest.get("tenant", "acme")]
                with made_keys(self.server.target, admin_key) as keys:
                    self.variables[rest["as"]] = keys(state, rest.get("scopes", []))
            case "for_each":
                self.repeat(subject, step, where)
            case _:
                self.call(step, where)

    def surround(self, step: Step, subject: Any, where: str) -> None:
        """Do a step that is about what stands around the client: the proxy, servers, providers."""
        match step.kind:
            case "fault":
                self.proxy.make(Fault(**subject))
            case "seen":
                self.look_back(subject, where)
            case "server":
                assert self.own, f"{where}: needs own_server"
                getattr(self.own, subject)()
            case "model":
                assert self.models, f"{where}: needs scripted_models"
                self.models.script(subject, filled(step.rest, self.variables))
            case "asked":
                assert self.models, f"{where}: needs scripted_models"
                self.models.look_back(subject, where)

    def repeat(self, values: list[dict[str, Any]], step: Step, where: str) -> None:
        """Do the steps under `do` once for each of the *values*."""
        for variables in values:
            self.variables |= variables
            for inner in step.rest["do"]:
                self.do(inner, f"{where} with {variables}: {inner.kind} {inner.subject}")

    def connect(self, options: dict[str, Any]) -> None:
        """Give the runner a new client: of the tenant acme, straight to the server, unless told."""
        options = {"tenant": "acme", "via": "server", **options}
        tenant = options.pop("tenant")
        if "api_key" not in options:
            options["api_key"] = self.keyring.key(self.server.target, tenant)
        match options.pop("via"):
            case "server":
                options["target"] = self.address(self.server.target)
            case "proxy":
                options["target"] = self.address(self.proxy.target)
            case "tls":
                options["target"] = self.proxy.secure_target
                options["tls_roots_file"] = str(self.proxy.roots_file)
        if options["api_key"] is None:
            del options["api_key"]
        self.driver.ask(op="connect", **options)

    def call(self, step: Step, where: str) -> None:
        """Make a call and judge its answer."""
        passed_on = {key: step.rest[key] for key in PASSED_ON if key in step.rest}
        command = {
            "op": OPERATIONS[step.kind],
            "method": step.subject,
            **filled(passed_on, self.variables),
        }
        answer = self.driver.ask(**command)
        for _ in range(step.rest.get("patience", 0)):
            if "error" not in answer:
                break
            come_back(answer["error"]["retry_after_seconds"])
            answer = self.driver.ask(**command)
        if step.rest.get("soon"):
            wanted = filled(step.rest["expect"], self.variables)
            give_up = time.monotonic() + SOON_SECONDS
            while differences(wanted, answer.get("response")) and time.monotonic() < give_up:
                answer = self.driver.ask(**command)
        self.judge(step, answer, where)
        for name, path in step.rest.get("save", {}).items():
            self.variables[name] = taken(answer["response"], path)

    def judge(self, step: Step, answer: dict[str, Any], where: str) -> None:
        """Compare an answer with what the step expects of it."""
        expected = filled(step.rest.get("error"), self.variables)
        if expected is None or (step.rest.get("or_served") and "error" not in answer):
            assert "error" not in answer, f"{where} failed: {answer['error']}"
        else:
            assert "error" in answer, f"{where} did not fail: {str(answer)[:1000]}"
            wrong = differences(expected, answer["error"], "error")
            assert not wrong, f"{where}: {wrong}"
        if "expect" in step.rest:
            wrong = differences(filled(step.rest["expect"], self.variables), answer["response"])
            assert not wrong, f"{where}: {wrong}"

    def look_back(self, wanted: dict[str, Any], where: str) -> None:
        """Compare what the proxy saw of a method: how often, whether equal, with which headers."""
        seen = until(lambda: self.proxy.seen[wanted["method"]])
        wrong = differences(wanted["attempts"], len(seen), "attempts")
        assert not wrong, f"{where}: {wrong}"
        for one, another in pairwise(seen):
            apart = another.time - one.time
            assert apart >= wanted.get("seconds_apart", 0), f"{where}: {apart} s apart"
        assert len({tuple(attempt.requests) for attempt in seen}) == 1, f"{where}: not the same"
        last = seen[-1]
        wrong = differences(wanted.get("headers", {}), last.metadata, "headers")
        assert not wrong, f"{where}: {wrong}"
        if "request" in wanted:
            request = request_type(wanted["method"]).FromString(last.requests[0])
            shown = json_format.MessageToDict(request, preserving_proto_field_name=True)
            wrong = differences(wanted["request"], shown, "request")
            assert not wrong, f"{where}: {wrong}"
        if "seconds_at_most" in wanted:
            assert last.seconds is not None, f"{where}: no deadline"
            assert last.seconds <= wanted["seconds_at_most"], f"{where}: {last.seconds} s"
        if wanted.get("given_up"):
            assert last.given_up.wait(10), f"{where}: the call went on"

    def has_line(self, wanted: dict[str, Any]) -> bool:
        """Whether a line of the server's log has these values."""
        return any(not differences(wanted, line) for line in self.server.log_lines())

    def wait_for_line(self, wanted: dict[str, Any], where: str) -> None:
        """Wait for a line of the server's log that has these values."""
        try:
            until(lambda: self.has_line(wanted))
        except AssertionError as error:
            message = f"{where}: no such line"
            raise AssertionError(message) from error
