"""Scenarios as data: what a file under scenarios/ may say, checked before anything is played.

A scenario is a list of steps; every step does one thing, named by its first key:

    connect: {...}             a new client; without it the first step finds one with a valid key; of a tenant
    call: Recall               one call; of a service that clients have no methods for, as in
                               ProjectService/GetProject, its stub's; request, timeout_seconds, headers;
                               expect, error or neither;
                               patience: how often to come back when the error says when;
                               or_served: the client may have come back by itself;
                               soon: what is expected may take a moment to be so
    list: ListMemories         all items of a list through the client's pager; take
    upload: IngestStream       a client stream; requests, cancel_after; an ImportUser's requests are lines,
                               its request says into which user
    stream: Chat               a server stream; request, cancel_after; expect, then error
    wait_until_ready: 10       until the server takes connections, or so many seconds
    fault: {...}               what the proxy between client and server does to the next calls
    seen: {...}                what the proxy saw of a method
    server: kill | start       the scenario's own server
    model: first               how a scripted provider, first or second, answers from now on: with the text
                               `answer`, word by word; with the text `begin`, and `then: break off` or
                               `then: hang`; not at all, but with the status `refuse`
    asked: {...}               what a provider was asked in this scenario: model, times; whether the last call
                               was given_up; the parts that its prompt has
    log: {...}                 a line of the server's log that appears; one that never does: never
    key: good | mistyped | expired | revoked
                               an API key of the database in that state; of a tenant, with scopes; as
    for_each: [...]            steps under `do`, once for each mapping of variables

`expect` and `error` say what has to be in the answer (see matching.py); `save` keeps parts of it as
variables: {name: path.in[0].the.answer}. "${name}" in any text is replaced; ${user}, ${id} and
${time} are new in every play.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parent / "scenarios"
#: What may stand beside each kind of step.
STEPS: Final[dict[str, set[str]]] = {
    "connect": set(),
    "call": {
        "request",
        "timeout_seconds",
        "headers",
        "expect",
        "error",
        "save",
        "patience",
        "or_served",
        "soon",
    },
    "list": {"request", "take", "timeout_seconds", "headers", "expect", "error"},
    "upload": {
        "request",
        "requests",
        "cancel_after",
        "timeout_seconds",
        "headers",
        "expect",
        "error",
    },
    "stream": {"request", "cancel_after", "timeout_seconds", "headers", "expect", "error", "save"},
    "wait_until_ready": {"error"},
    "fault": set(),
    "seen": set(),
    "server": set(),
    "model": {"answer", "begin", "then", "refuse"},
    "asked": set(),
    "log": {"never"},
    "key": {"tenant", "scopes", "as"},
    "for_each": {"do"},
}
KEYS: Final = {"law", "needs", "steps"}
#: What a scenario may need of a client and its way to the server that not every one has.
NEEDS: Final = {
    "client_stream",
    "cancel_client_stream",
    "own_server",
    "scripted_models",
    "tls",
    "unreleased",
}


@dataclass(frozen=True)
class Step:
    """One thing to do: *kind* says what, *subject* to what, *rest* how and what to expect."""

    kind: str
    subject: Any
    rest: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """One law of the contract, and the steps that show whether it holds."""

    name: str
    law: str
    needs: frozenset[str]
    steps: tuple[Step, ...]


def read(path: Path) -> Scenario:
    """Return the scenario in the file *path*; fail on anything that is not known."""
    data = yaml.safe_load(path.read_text("utf-8"))
    unknown = data.keys() - KEYS | set(data.get("needs", ())) - NEEDS
    assert not unknown, f"{path.name}: unknown {sorted(unknown)}"
    assert data["law"].endswith("."), f"{path.name}: the law is a sentence"
    steps = tuple(_step(step, path.name) for step in data["steps"])
    return Scenario(path.stem, data["law"], frozenset(data.get("needs", ())), steps)


def _step(data: dict[str, Any], where: str) -> Step:
    kind = next(iter(data))
    assert kind in STEPS, f"{where}: no such step: {kind}"
    unknown = data.keys() - STEPS[kind] - {kind}
    assert not unknown, f"{where}: {kind} does not take {sorted(unknown)}"
    rest = {key: value for key, value in data.items() if key != kind}
    if kind == "for_each":
        rest["do"] = [_step(step, where) for step in rest["do"]]
    return Step(kind, data[kind], rest)


def all_scenarios() -> list[Scenario]:
    """Return every scenario, in order of the names."""
    return [read(path) for path in sorted(FOLDER.glob("*.yaml"))]
