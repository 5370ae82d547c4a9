"""The suite itself: what it covers, and that it notices what is wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest

from memsvc.rpc.server import SERVICES
from memsvc.v1.error_reason_pb2 import ErrorReason
from memsvc_client import MemoryClient
from tests.conformance.drivers import ROOT
from tests.conformance.matching import differences, filled, taken
from tests.conformance.scenarios import Step, all_scenarios

SCENARIOS = {scenario.name: scenario for scenario in all_scenarios()}

#: Services that applications of end users need, and that clients have no methods for.
OF_APPLICATIONS = (
    "ConversationService",
    "PersonaService",
    "ProfileService",
    "ProjectService",
    "ProviderService",
)


def method_name(rpc: str) -> str:
    """Return what the method of an RPC is called in the Python client."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", rpc).lower()


def all_steps(steps: tuple[Step, ...] | list[Step]) -> list[Step]:
    """Return *steps* and the ones within them."""
    return [one for step in steps for one in (step, *all_steps(step.rest.get("do", ())))]


def called() -> set[str]:
    """Return what scenarios call."""
    return {
        step.subject
        for scenario in SCENARIOS.values()
        for step in all_steps(scenario.steps)
        if step.kind in {"call", "list", "upload", "stream"}
    }


def test_every_rpc_is_called() -> None:
    """A new RPC that clients have a method for needs a scenario before it can be released."""
    own = {name for name in called() if "/" not in name}

    rpcs = {method.name for service in SERVICES.values() for method in service.methods}
    assert own == {rpc for rpc in rpcs if hasattr(MemoryClient, method_name(rpc))}


def test_every_call_that_applications_of_end_users_live_on_is_made() -> None:
    """Of the services that clients have no methods for, those that such applications need."""
    others = {name for name in called() if "/" in name}
    needed = {
        f"{service}/{method.name}"
        for service in OF_APPLICATIONS
        for method in SERVICES[f"memsvc.v1.{service}"].methods
    }

    assert others == needed | {"AdminService/GetCacheStats", "AdminService/ClearCache"}


def test_every_reason_is_tried_with_its_status() -> None:
    """The scenario of the reasons has each value of the catalogue, with the status in its comment."""
    text = (ROOT / "proto/memsvc/v1/error_reason.proto").read_text("utf-8")
    statuses: dict[str, str] = {}
    status = ""
    for line in text.splitlines():
        if found := re.match(r"\s+// ([A-Z_]{5,})\. ", line):
            status = found.group(1)
        elif found := re.match(r"\s+ERROR_REASON_(\w+) = [1-9]", line):
            statuses[found.group(1)] = status
    repeated = next(s for s in SCENARIOS["every_error_reason"].steps if s.kind == "for_each")
    tried = {values["reason"]: values["code"] for values in repeated.subject}

    assert len(statuses) == len(ErrorReason.keys()) - 1
    assert tried.pop("SOMETHING_NEWER_THAN_THE_CLIENT")
    assert tried == statuses


ANSWER = {"a": 1, "b": [{"c": "some text"}, {"c": "more"}], "empty": ""}


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"a": 1},
        {"a": "$any", "b": "$any", "z": "$absent"},
        {"b": {"$length": 2}},
        {"b": {"$includes": [{"c": "more"}]}},
        {"b": {"$excludes": [{"c": "less"}, {"d": "more"}]}},
        {"b": {"$last": {"c": "more"}}},
        {"b": [{"c": {"$text": "text"}}, {}]},
        {"a": {"$at_least": 1}},
        {"a": {"$at_most": 1}},
    ],
)
def test_what_is_right_passes(expected: Any) -> None:
    """An answer that has what is expected shows no difference, whatever else it has."""
    assert differences(expected, ANSWER) == []


@pytest.mark.parametrize(
    "expected",
    [
        {"a": 2},
        {"a": "1"},
        {"a": "$absent"},
        {"z": "$any"},
        {"empty": "$any"},
        {"b": {"$length": 1}},
        {"b": {"$includes": [{"c": "less"}]}},
        {"b": {"$excludes": [{"c": "less"}, {"c": "more"}]}},
        {"b": {"$last": {"c": "some text"}}},
        {"b": [{"c": {"$text": "other"}}, {}]},
        {"b": [{}]},
        {"a": {"$at_least": 2}},
        {"a": {"$at_most": 0}},
        {"a": {"c": 1}},
    ],
)
def test_what_is_wrong_is_told(expected: Any) -> None:
    """Each way to differ is found, and told by its place in the answer."""
    assert len(differences(expected, ANSWER)) == 1


def test_values_are_filled_in() -> None:
    """Variables keep their type where they stand alone; long values are written out."""
    assert filled("${n}", {"n": 3}) == 3
    assert filled(["a ${n}"], {"n": 3}) == ["a 3"]
    assert filled({"$repeat": "ab", "times": 3}, {}) == "ababab"
    assert filled({"$list": 2, "of": {"i": "m-${i}"}}, {}) == [{"i": "m-0"}, {"i": "m-1"}]
    assert taken(ANSWER, "b[1].c") == "more"
    with pytest.raises(KeyError):
        filled("${unknown}", {})
