"""Acceptance 10 and 11, for every RPC of the contract and every field of it that holds an id."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest

from tests.isolation.conftest import Bound
from tests.isolation.requests import IdField, id_fields, methods, placed, request
from tests.isolation.world import World, never, outcome
from tests.support.server import CANARY
from tests.support.wire import Refused, Wire

#: What belongs to a tenant as a whole, not to one of its users.
OF_THE_TENANT = {"rule_id"}


def case_id(case: object) -> str:
    """Name a case."""
    return str(case)


def tidy(caller: Wire, case: IdField, *values: str) -> None:
    """Take back what a case did to the caller's own user of that name."""
    if case.name != "user_id":
        return
    for value in values:
        for method in (
            "RetentionService/LiftHold",
            "UserService/EraseUser",
            "UserService/ReopenUser",
        ):
            with suppress(Refused):
                caller.call(method, user_id=value)


def forget(caller: Wire, case: IdField, user: str, *values: str) -> None:
    """Take back what a case did, its stored replies too."""
    tidy(caller, case, *values)
    if case.name == "request_id":
        caller.call("UserService/EraseUser", user_id=user)


def test_every_id_of_the_contract_is_known(theirs: World) -> None:
    """A new kind of id has a place in the other's world before it is served."""
    assert {case.name for case in id_fields()} <= theirs.ids.keys()
    assert len(id_fields()) > 60
    assert len(methods()) > 50


def as_user(fields: dict[str, Any], user_id: str) -> dict[str, Any]:
    """Return the request with a user of its own, wherever it names one."""
    queries = [as_user(query, user_id) for query in fields.get("queries", [])]
    more: dict[str, Any] = {"queries": queries} if queries else {}
    more |= {
        name: as_user(fields[name], user_id)
        for name in ("persona", "preferences")
        if name in fields
    }
    if "conversation" in fields:
        more["conversation"] = as_user(fields["conversation"], user_id)
    return {**fields, **({"user_id": user_id} if "user_id" in fields else {}), **more}


@pytest.mark.parametrize("case", id_fields(), ids=case_id)
def test_another_tenants_id_is_as_one_that_never_was(
    acme: Wire, theirs: World, case: IdField
) -> None:
    """In whatever field it stands, the call ends the same, and nothing of the other tenant changes."""
    before = theirs.snapshot()
    foreign = theirs.ids[case.name]
    unknown = never(foreign)
    user = f"tester-{uuid4()}"
    fields = as_user(request(case.method), user)

    tidy(acme, case, foreign, unknown)
    ends = [
        outcome(acme, case.method, placed(fields, case, value), value)
        for value in (foreign, unknown)
    ]
    forget(acme, case, user, foreign, unknown)

    assert ends[0] == ends[1]
    assert CANARY not in str(ends)
    assert theirs.snapshot() == before


@pytest.mark.parametrize(
    "case", [case for case in id_fields() if case.name not in OF_THE_TENANT], ids=case_id
)
def test_another_users_id_is_as_one_that_never_was(
    bound: Bound, neighbours: World, case: IdField
) -> None:
    """So it is for a caller that is bound to one user of the tenant, and for ids of the other users."""
    before = neighbours.snapshot()
    foreign = neighbours.ids[case.name]
    unknown = never(foreign)
    fields = as_user(request(case.method), bound.user_id)

    ends = [
        outcome(bound.wire, case.method, placed(fields, case, value), value)
        for value in (foreign, unknown)
    ]

    assert ends[0] == ends[1]
    assert CANARY not in str(ends)
    assert neighbours.snapshot() == before


@pytest.mark.parametrize("method", methods())
def test_what_names_nobody_tells_of_nobody(
    acme: Wire, bound: Bound, theirs: World, neighbours: World, method: str
) -> None:
    """A call that names no id shows nothing of another tenant, nor of another user to a bound caller."""
    fields = as_user(request(method), bound.user_id)
    for caller, world in ((acme, theirs), (bound.wire, neighbours)):
        before = world.snapshot()
        end = str(outcome(caller, method, fields, ""))
        assert not [name for name, value in world.ids.items() if value in end]
        assert CANARY not in end
        assert world.snapshot() == before
