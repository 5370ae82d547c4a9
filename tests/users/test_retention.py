"""Acceptance 13: what policy and rules say is what happens, and nothing goes by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import duration_pb2, timestamp_pb2

from memsvc.v1 import admin_service_pb2 as admin_pb
from memsvc.v1 import retention_service_pb2 as pb
from memsvc.v1 import user_service_pb2 as user_pb
from memsvc_client import MemoryClient, Message, NotFound
from tests.support.server import ServerProcess
from tests.support.stubs import Service, Services, services
from tests.support.texts import found
from tests.support.wire import Refused, Wire

DAY = 86_400
OLD = 100 * DAY
NOW = 1_700_000_000


@pytest.fixture(scope="module")
def own(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server whose only tenant is judged as a whole."""
    folder = tmp_path_factory.mktemp("retention")
    process = ServerProcess(
        folder / "log",
        data_dir=str(folder / "data"),
        model_dir=str(model_dir),
        embedder="none",
        drain_seconds="0",
    )
    with process:
        yield process


@pytest.fixture
def teller(own: ServerProcess) -> Iterator[MemoryClient]:
    """A client of that tenant."""
    with MemoryClient(own.target) as opened:
        yield opened


@pytest.fixture
def of(own: ServerProcess, user: str) -> Iterator[Services]:
    """The services of that tenant; in the end nothing is remembered and nothing rules."""
    with services(own.target) as opened:
        yield opened
        service = opened("RetentionService")
        service.call(
            "SetRetentionPolicy", pb.SetRetentionPolicyRequest(policy=pb.RetentionPolicy())
        )
        for rule in rules(service):
            service.call("DeleteRetentionRule", pb.DeleteRetentionRuleRequest(rule_id=rule.rule_id))
        for hold in service.call("ListHolds", pb.ListHoldsRequest()).holds:
            service.call("LiftHold", pb.LiftHoldRequest(user_id=hold.user_id))
        for each in (user, f"held-{user}", f"other-{user}"):
            opened("UserService").call("EraseUser", user_pb.EraseUserRequest(user_id=each))


def rules(service: Service) -> list[pb.RetentionRule]:
    """Return all rules."""
    return list(service.call("ListRetentionRules", pb.ListRetentionRulesRequest()).rules)


def seconds(count: int) -> duration_pb2.Duration:
    """Return a duration."""
    return duration_pb2.Duration(seconds=count)


def ago(count: int) -> timestamp_pb2.Timestamp:
    """Return a time so many seconds ago."""
    time = timestamp_pb2.Timestamp()
    time.GetCurrentTime()
    return timestamp_pb2.Timestamp(seconds=time.seconds - count)


def tell(
    client: MemoryClient, user: str, content: str, *, age: int = 0, importance: float = 0.5
) -> None:
    """Store a message of some age and importance."""
    client.ingest(
        user_id=user,
        conversation_id=f"c-{content[:20]}",
        messages=[Message(content=content, event_time=ago(age), importance=importance)],
        extraction="EXTRACTION_MODE_NONE",
    )


def contents_of(client: MemoryClient, user: str) -> set[str]:
    """Return all that is remembered of a user."""
    return {memory.content for memory in client.list_memories(user_id=user)}


def archived(service: Service) -> dict[str, str]:
    """Return what is in the archive: id and content."""
    page = service.call("ListArchivedMemories", pb.ListArchivedMemoriesRequest())
    return {one.memory_id: one.content for one in page.memories}


def enable(service: Service, **policy: Any) -> None:
    """Set a policy that is in force; by itself it removes nothing unless told to."""
    given = {"enabled": True, "min_importance": 0.0, **policy}
    service.call(
        "SetRetentionPolicy", pb.SetRetentionPolicyRequest(policy=pb.RetentionPolicy(**given))
    )


def add_rule(service: Service, name: str, action: str, priority: int = 0, **condition: Any) -> str:
    """Add a rule and return its id."""
    rule = pb.RetentionRule(
        name=name,
        priority=priority,
        action=f"RETENTION_ACTION_{action}",
        condition=pb.RetentionCondition(**condition),
    )
    reply = service.call("CreateRetentionRule", pb.CreateRetentionRuleRequest(rule=rule))
    return str(reply.rule.rule_id)


def run(service: Service, *, dry: bool = False) -> dict[str, int]:
    """Run, or only ask, and return how many memories each rule concerns."""
    reply = service.call("RunRetention", pb.RunRetentionRequest(dry_run=dry))
    assert reply.complete
    assert reply.dry_run is dry
    return {outcome.name: outcome.memory_count for outcome in reply.outcomes}


def run_both(service: Service) -> dict[str, int]:
    """Ask first, then run; the two have to agree."""
    asked = run(service, dry=True)
    done = run(service)
    assert done == asked
    return done


def test_the_policy_archives_what_is_old_and_unimportant(
    teller: MemoryClient, of: Services, user: str
) -> None:
    """Only what is both goes, unless told that either suffices; what is archived is not recalled."""
    service = of("RetentionService")
    tell(teller, user, "old and trivial", age=OLD, importance=0.1)
    tell(teller, user, "old and vital", age=OLD, importance=0.9)
    tell(teller, user, "new and trivial", importance=0.1)

    assert run(service) == {}
    enable(service, min_importance=0.35)
    assert run_both(service) == {"policy": 1}
    assert contents_of(teller, user) == {"old and vital", "new and trivial"}
    assert "old and trivial" not in found(teller, user, "trivial")

    enable(service, min_importance=0.35, either=True)
    assert run_both(service) == {"policy": 2}
    assert contents_of(teller, user) == set()


def test_what_is_archived_can_be_restored_as_it_was(
    teller: MemoryClient, of: Services, user: str
) -> None:
    """The archive names rule and time; a restored memory is found again, byte for byte."""
    service = of("RetentionService")
    tell(teller, user, "old\tand  trivial \n", age=OLD, importance=0.1)
    before = next(iter(teller.list_memories(user_id=user)))
    enable(service, min_importance=0.35, archive_age=seconds(30 * DAY))
    run(service)

    listed = service.call("ListArchivedMemories", pb.ListArchivedMemoriesRequest(user_id=user))
    (archived,) = listed.memories
    assert (archived.content, archived.reason) == ("old\tand  trivial \n", "policy")
    days = archived.purge_time.seconds - archived.archive_time.seconds
    assert days == 30 * DAY
    with pytest.raises(NotFound):
        teller.get_memory(memory_id=before.memory_id)
    request = pb.RestoreMemoriesRequest(memory_ids=[before.memory_id])
    service.call("RestoreMemories", request)

    assert next(iter(teller.list_memories(user_id=user))) == before
    with pytest.raises(Refused) as caught:
        service.call("RestoreMemories", request)
    assert caught.value.reason == "MEMORY_NOT_FOUND"


def test_what_is_pinned_essential_or_held_stays(
    teller: MemoryClient, of: Services, user: str
) -> None:
    """Pinned memories, held users and those that a rule holds are left alone, also by deletion."""
    service = of("RetentionService")
    held = f"held-{user}"
    teller.create_memory(user_id=user, content="pinned", pinned=True, importance=0.1)
    teller.create_memory(user_id=user, content="contract", category="legal", importance=0.1)
    teller.create_memory(user_id=user, content="chatter", importance=0.1)
    teller.create_memory(user_id=held, content="evidence", importance=0.1)
    service.call("SetHold", pb.SetHoldRequest(user_id=held, reason="case 7"))
    enable(service)
    add_rule(service, "keep legal", "HOLD", -1, categories=["legal"])
    add_rule(service, "drop trivia", "DELETE", 0, importance_under=0.2)

    assert run_both(service) == {"drop trivia": 1}

    assert contents_of(teller, user) == {"pinned", "contract"}
    assert contents_of(teller, held) == {"evidence"}
    with pytest.raises(Refused) as caught:
        of("UserService").call("EraseUser", user_pb.EraseUserRequest(user_id=held))
    assert caught.value.reason == "USER_HELD"
    service.call("LiftHold", pb.LiftHoldRequest(user_id=held))
    assert run_both(service) == {"drop trivia": 1}


def test_the_first_rule_that_matches_counts(teller: MemoryClient, of: Services, user: str) -> None:
    """Rules apply in the order of their priority, and each memory is counted once."""
    service = of("RetentionService")
    for number in range(4):
        tell(teller, user, f"trivia {number}", age=OLD, importance=0.1)
    enable(service)
    add_rule(service, "second", "ARCHIVE", 5, importance_under=0.5)
    add_rule(service, "first", "DELETE", 1, age_over=seconds(50 * DAY), importance_under=0.2)
    add_rule(service, "off", "DELETE", -5, importance_under=1.0)
    last = rules(service)[0]
    last.disabled = True
    service.call("UpdateRetentionRule", pb.UpdateRetentionRuleRequest(rule=last))

    assert [rule.name for rule in rules(service)] == ["off", "first", "second"]
    assert run_both(service) == {"first": 4}
    listed = service.call("ListArchivedMemories", pb.ListArchivedMemoriesRequest(user_id=user))
    assert not listed.memories


def test_each_condition_matches_what_it_says(teller: MemoryClient, of: Services, user: str) -> None:
    """Count, kind, tag, project, user, idle conversation and supersession: each by a dry run alone."""
    service = of("RetentionService")
    other = f"other-{user}"
    for number in range(5):
        tell(teller, user, f"said {number}", age=number * DAY, importance=0.5)
    teller.create_memory(user_id=user, content="tagged", tags=["temp"], importance=0.9)
    teller.create_memory(user_id=user, content="project", project_id="apollo", importance=0.9)
    tell(teller, other, "somebody else")
    for place in ("I live in Oslo.", "I moved to Rome."):
        teller.ingest(
            user_id=other,
            messages=[Message(content=place)],
            extraction="EXTRACTION_MODE_SYNC",
        )
    cases: list[tuple[dict[str, Any], int]] = [
        ({"beyond_count": 3, "user_ids": [user]}, 4),
        ({"kinds": ["MEMORY_KIND_NOTE"]}, 2),
        ({"tags_any": ["temp", "nothing"]}, 1),
        ({"project_ids": ["apollo"]}, 1),
        ({"user_ids": [other], "kinds": ["MEMORY_KIND_EPISODE"]}, 3),
        ({"age_over": seconds(2 * DAY + 60)}, 2),
        ({"conversation_idle_over": seconds(3600)}, 0),
        ({"superseded": True, "kinds": ["MEMORY_KIND_FACT"]}, 1),
    ]
    for condition, count in cases:
        rule_id = add_rule(service, "case", "DELETE", **condition)
        assert run(service, dry=True).get("case", 0) == count, condition
        service.call("DeleteRetentionRule", pb.DeleteRetentionRuleRequest(rule_id=rule_id))


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"superseded": False},
        {"kinds": []},
        {"age_over": seconds(60)},
        {"importance_under": 0.0},
        {"importance_under": 1.5},
        {"beyond_count": 0},
        {"kinds": ["MEMORY_KIND_UNSPECIFIED"]},
        {"tags_any": [""]},
        {"age_over": duration_pb2.Duration(seconds=315_576_000_000)},
    ],
)
def test_a_condition_without_sense_is_refused(of: Services, condition: dict[str, Any]) -> None:
    """An empty, misspelt or absurd condition is INVALID_ARGUMENT at creation, and nothing is stored."""
    service = of("RetentionService")
    with pytest.raises(Refused) as caught:
        add_rule(service, "bad", "DELETE", **condition)

    assert caught.value.code == "INVALID_ARGUMENT"
    assert any(field.startswith("rule.condition") for field in caught.value.violations)
    assert rules(service) == []


def test_a_field_of_another_version_is_no_condition(of: Services) -> None:
    """A condition that holds only a field that this server does not know is empty to it, and refused."""
    unknown = pb.RetentionCondition.FromString(b"\xa2\x06\x03abc")
    rule = pb.RetentionRule(name="x", action=pb.RETENTION_ACTION_DELETE, condition=unknown)
    with pytest.raises(Refused) as caught:
        of("RetentionService").call("CreateRetentionRule", pb.CreateRetentionRuleRequest(rule=rule))
    assert "rule.condition" in caught.value.violations


def test_each_removal_is_recorded_with_its_reason(
    teller: MemoryClient, of: Services, user: str
) -> None:
    """The audit log names each memory, what was done and by which rule, and never what it said."""
    service = of("RetentionService")
    for number in range(3):
        tell(teller, user, f"confidential {number}", age=OLD, importance=0.1)
    ids = {memory.memory_id for memory in teller.list_memories(user_id=user)}
    enable(service)
    add_rule(service, "tidy", "ARCHIVE", importance_under=0.2)
    run(service)

    entries, token = [], ""
    while True:
        page = of("AdminService").call(
            "ListAuditEntries",
            admin_pb.ListAuditEntriesRequest(
                action="memory.archived", page_size=500, page_token=token
            ),
        )
        entries += page.entries
        token = page.next_page_token
        if not token:
            break
    mine = {entry.target: entry.reason for entry in entries if entry.target in ids}
    assert mine == dict.fromkeys(ids, "tidy")
    assert "confidential" not in str(entries)


def test_archived_facts_go_with_their_messages(own: ServerProcess, of: Services, user: str) -> None:
    """One that rests on a deleted message alone cannot be restored; one that another says as well can."""
    service = of("RetentionService")
    with Wire(own.target) as wire:
        for where, texts in {
            "first": ["I live in Lisbon.", "I work as a nurse."],
            "second": ["I work as a nurse."],
        }.items():
            wire.call(
                "MemoryService/Ingest",
                user_id=user,
                conversation_id=where,
                messages=[{"content": text} for text in texts],
                extraction="EXTRACTION_MODE_SYNC",
            )
        enable(service)
        add_rule(service, "facts", "ARCHIVE", kinds=["MEMORY_KIND_FACT"])
        run(service)
        before = archived(service)
        wire.call("ConversationService/DeleteConversation", user_id=user, conversation_id="first")
        after = archived(service)
        service.call("RestoreMemories", pb.RestoreMemoriesRequest(memory_ids=[*after]))
        (restored,) = wire.call(
            "MemoryService/ListMemories", user_id=user, kinds=["MEMORY_KIND_FACT"]
        ).memories
        (source,) = wire.call(
            "MemoryService/GetMemorySource", memory_id=restored.memory_id
        ).messages

    assert len(before) == 2
    assert len(after) == 1
    assert "nurse" in restored.content
    assert len(restored.source_message_ids) == 1
    assert source.conversation_id == "second"


def test_a_page_of_the_archive_fits_into_a_reply(
    teller: MemoryClient, of: Services, user: str
) -> None:
    """However long the texts are: they come on as many pages as it takes."""
    service = of("RetentionService")
    for number in range(12):
        tell(teller, user, f"{number} " + "\U0001f331" * 99_000)
    enable(service)
    add_rule(service, "all", "ARCHIVE", kinds=["MEMORY_KIND_EPISODE"])
    run(service)
    ids: list[str] = []
    token = ""
    while not ids or token:
        request = pb.ListArchivedMemoriesRequest(page_size=500, page_token=token)
        page = service.call("ListArchivedMemories", request)
        ids += [one.memory_id for one in page.memories]
        token = page.next_page_token

    assert len(ids) == len(set(ids)) == 12
