"""Row security alone: with any one tenant predicate taken away, still nothing of others is seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import uuid4

import pytest

from memsvc.store import database
from memsvc.store.sql.loader import names, statement
from tests.isolation.conftest import OwnServer
from tests.isolation.requests import IdField, id_fields, placed, request
from tests.isolation.test_matrix import as_user, forget
from tests.isolation.world import World, made, never, outcome
from tests.support.server import CANARY, KEYS
from tests.support.wire import Refused, Wire

PREDICATE: Final = re.compile(r"\w+\.tenant_id = %\(tenant_id\)s")
#: A mutant is tried with so many of the calls that run its statement.
CASES_MAX: Final = 5
#: Statements that only workers run, or that run where no id of a caller leads.
ELSEWHERE_MAX: Final = 95

#: What a chat, and who looks where a fact comes from, ask the database of what was said.
OF_CHATS: Final = (
    "claim_turn",
    "delete_interrupted_message",
    "get_turn",
    "hold_turn",
    "list_last_lines",
    "list_conversation_titles",
    "list_source_messages",
    "list_turn_messages",
    "name_conversation",
    "put_cached_answer",
    "use_cached_answer",
)

Statement = Callable[[str], LiteralString]


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch, of: Statement) -> Generator[None]:
    """Let the server run what *of* makes of its statements."""
    with monkeypatch.context() as patch:
        patch.setattr(database, "statement", of)
        yield


def mutants(name: str) -> list[str]:
    """Return a statement with each of its tenant predicates taken away in turn."""
    text = statement(name)
    places = [match.span() for match in PREDICATE.finditer(text)]
    return [f"{text[:start]}true{text[end:]}" for start, end in places]


def own_things(caller: Wire, case: IdField, fields: dict[str, Any]) -> dict[str, Any]:
    """Return a request after making what it is about, under the ids that it names, for the caller's own tenant.

    So it gets past the question whether there is such a thing: ids of the other tenant are ids of this one too.
    """
    service = case.method.partition("/")[0]
    inner: dict[str, Any] = {}
    for name in ("conversation", "change", "project"):
        inner |= fields.get(name, {})
    inner |= fields.get("changes", [{}])[0] | fields
    user = inner.get("user_id", "")
    if service == "ConversationService" and case.method != "ConversationService/CreateConversation":
        named = {
            name: inner.get(name) or inner.get(f"{name}s", ["never"])[0]
            for name in ("conversation_id", "message_id")
        }
        named["message_id"] = inner.get("after_message_id", named["message_id"])
        said = {"message_id": named["message_id"], "content": "I like tea."}
        with suppress(Refused):
            caller.call(
                "ConversationService/DeleteConversation",
                user_id=user,
                conversation_id=named["conversation_id"],
            )
        with suppress(Refused):
            caller.call(
                "ConversationService/DeleteMessage", user_id=user, message_id=named["message_id"]
            )
        with suppress(Refused):
            caller.call(
                "MemoryService/Ingest",
                user_id=user,
                conversation_id=named["conversation_id"],
                messages=[said],
            )
    if service == "ProjectService" and case.name != "project_id" and "project_id" in inner:
        made_one = caller.call("ProjectService/CreateProject", user_id=user, name="Own").project
        own = {"project_id": made_one.project_id}
        member = {**own, "member_user_id": inner.get("member_user_id", "somebody")}
        if case.method != "ProjectService/AddProjectMember":
            caller.call(
                "ProjectService/AddProjectMember",
                user_id=user,
                role="PROJECT_ROLE_EDITOR",
                **member,
            )
        if "project" in fields:
            return {**fields, "project": {**fields["project"], **own}}
        return {**fields, **own}
    return fields


@pytest.fixture(scope="module")
def ways(own_server: OwnServer, acme: Wire, theirs: World) -> dict[str, list[IdField]]:
    """Which calls run a statement, by its name."""
    assert own_server.target
    found: dict[str, list[IdField]] = {}
    seen: set[str] = set()

    def noted(name: str) -> LiteralString:
        seen.add(name)
        return statement(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "statement", noted)
        for case in id_fields():
            user = f"tester-{uuid4()}"
            fields = as_user(request(case.method), user)
            foreign = theirs.ids[case.name]
            asked = own_things(acme, case, placed(fields, case, foreign))
            seen.clear()
            outcome(acme, case.method, asked, foreign)
            for name in seen:
                found.setdefault(name, []).append(case)
            forget(acme, case, user, foreign)
    return found


def test_no_predicate_is_all_that_stands_between_tenants(
    acme: Wire,
    theirs: World,
    ways: dict[str, list[IdField]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each predicate of each statement that a caller's id reaches is taken away, one at a time."""
    before = theirs.snapshot()
    tried = 0
    for name in sorted(ways):
        for mutant in mutants(name):
            for case in ways[name][:CASES_MAX]:
                tried += 1
                _try(acme, theirs, monkeypatch, (name, mutant), case)
    assert theirs.snapshot() == before
    assert tried > 120
    bound = {name for name in names() if PREDICATE.search(statement(name))}
    assert len(bound - ways.keys() - set(OF_CHATS)) <= ELSEWHERE_MAX


def source_of_a_fact(caller: Wire, theirs: World) -> Any:
    """Return what the caller is shown of a message under ids of the other tenant, from which a fact came."""
    said = {"message_id": theirs.ids["message_id"], "content": "I live in Lisbon."}
    (fact,) = caller.call(
        "MemoryService/Ingest",
        user_id=theirs.ids["user_id"],
        conversation_id=theirs.ids["conversation_id"],
        messages=[said],
        extraction="EXTRACTION_MODE_SYNC",
    ).memories
    source = outcome(caller, "MemoryService/GetMemorySource", {"memory_id": fact.memory_id}, "")
    assert "I live in Lisbon." in str(source)
    return source


def test_no_predicate_is_all_that_stands_between_chats(
    own_server: OwnServer, acme: Wire, theirs: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a chat under all the names that another tenant uses nothing of that one is told, to nobody."""
    before = theirs.snapshot()
    for name in OF_CHATS:
        for mutant in mutants(name):

            def mutated(asked: str, name: str = name, mutant: str = mutant) -> Any:
                return mutant if asked == name else statement(asked)

            own_server.model.requests.clear()
            names = {
                field: theirs.ids[field]
                for field in ("user_id", "conversation_id", "user_message_id", "request_id")
            }
            asked = {**names, "message": "What is secret?", "cache_mode": "CACHE_MODE_USE"}
            with statements(monkeypatch, mutated):
                source = source_of_a_fact(acme, theirs)
                # First by somebody who is not there; again as a retry, and as something said anew.
                gone = outcome(acme, "MemoryService/Chat", {**asked, "persona_id": "nobody"}, "")
                told = [
                    outcome(acme, "MemoryService/Chat", fields, "")
                    for fields in (asked, asked, {**asked, "request_id": ""})
                ]
            seen = "".join(request.prompt for request in own_server.model.requests)
            acme.call("UserService/EraseUser", user_id=names["user_id"])
            acme.call("UserService/ReopenUser", user_id=names["user_id"])

            assert seen, name
            assert CANARY not in seen, name
            assert CANARY not in str([source, told]), name
            assert "PERSONA_NOT_FOUND" in str(gone), name
    assert theirs.snapshot() == before


def _try(
    acme: Wire,
    theirs: World,
    monkeypatch: pytest.MonkeyPatch,
    mutation: tuple[str, str],
    case: IdField,
) -> None:
    name, mutant = mutation
    user = f"tester-{uuid4()}"
    fields = as_user(request(case.method), user)
    foreign = theirs.ids[case.name]
    unknown = never(foreign)

    def mutated(asked: str) -> Any:
        return mutant if asked == name else statement(asked)

    ends = []
    for value in (foreign, unknown):
        asked = own_things(acme, case, placed(fields, case, value))
        with statements(monkeypatch, mutated):
            ends.append(outcome(acme, case.method, asked, value))
    forget(acme, case, user, foreign, unknown)
    assert ends[0] == ends[1], (name, case)
    assert CANARY not in str(ends)


def test_without_row_security_a_lost_predicate_would_show(
    tmp_path: Path, all_credentials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests above would find: a statement that lost its predicate, as a role that is not bound."""
    server = OwnServer(tmp_path / "data", all_credentials, bound=False)
    with Wire(server.target, KEYS["globex"]) as globex, Wire(server.target, KEYS["acme"]) as acme:
        theirs = made(globex)
        memory_id = theirs.ids["memory_id"]
        with pytest.raises(Refused):
            acme.call("MemoryService/GetMemory", memory_id=memory_id)

        def mutated(asked: str) -> Any:
            return mutants(asked)[0] if asked == "get_memory" else statement(asked)

        with statements(monkeypatch, mutated):
            shown = acme.call("MemoryService/GetMemory", memory_id=memory_id)
    server.stop()
    assert CANARY in shown.memory.content
