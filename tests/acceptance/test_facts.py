"""What people tell becomes facts that stay right as life changes, with a language model and without."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from memsvc.core.patterns.extraction import extract
from memsvc_client import (
    InvalidArgument,
    Memory,
    MemoryClient,
    MemoryKind,
    Message,
    NotFound,
    Role,
)
from tests.fakes.model_server import Fact, FakeModel
from tests.support.server import KEYS, ServerProcess
from tests.support.texts import contents
from tests.support.waiting import until

FACT = MemoryKind.MEMORY_KIND_FACT
EPISODE = MemoryKind.MEMORY_KIND_EPISODE


def drawn(text: str) -> list[Fact]:
    """What a language model would reply: here, what the patterns find."""
    return [
        {
            "content": fact.content,
            "category": fact.category,
            "slot": fact.slot or None,
            "value": fact.value or None,
            "temporal_state": fact.temporal_state.name.lower(),
            "confidence": fact.confidence,
            "event_time": fact.event_time.date().isoformat() if fact.event_time else None,
            "ends": fact.ends,
        }
        for fact in extract(text, datetime(2026, 1, 1, tzinfo=UTC))
    ]


@pytest.fixture(scope="session")
def model_client(
    tmp_path_factory: pytest.TempPathFactory, credentials_file: Path, model_dir: Path
) -> Iterator[MemoryClient]:
    """A client of a server whose facts a scripted language model draws."""
    folder = tmp_path_factory.mktemp("with_model")
    with FakeModel(drawn) as model:
        provider = {"name": "scripted", "base_url": model.base_url, "model": "scripted"}
        process = ServerProcess(
            folder / "server.log",
            data_dir=str(folder / "data"),
            model_dir=str(model_dir),
            credentials_file=str(credentials_file),
            drain_seconds="0",
            extraction_provider="scripted",
            providers=json.dumps([provider]),
        )
        with process, MemoryClient(process.target, api_key=KEYS["acme"]) as client:
            yield client
        assert model.requests
        assert "Traceback" not in process.log()


@pytest.fixture(params=["patterns", "model"])
def memory(request: pytest.FixtureRequest) -> MemoryClient:
    """A client of a server whose facts are drawn by patterns, and of one that asks a model."""
    name = "client" if request.param == "patterns" else "model_client"
    found: MemoryClient = request.getfixturevalue(name)
    return found


def tell(
    client: MemoryClient, user: str, *texts: str | tuple[str, datetime], role: str = "ROLE_USER"
) -> list[Memory]:
    """Say things, each in a conversation of its own, and wait for their facts."""
    memories: list[Memory] = []
    for text in texts:
        content, time = text if isinstance(text, tuple) else (text, None)
        message = Message(content=content, role=role)
        if time is not None:
            message.event_time.FromDatetime(time)
        reply = client.ingest(
            user_id=user, messages=[message], extraction="EXTRACTION_MODE_SYNC", timeout=30
        )
        assert not reply.extraction_pending
        memories += reply.memories
    return memories


def day(year: int, month: int, number: int = 1) -> datetime:
    """A day's beginning."""
    return datetime(year, month, number, tzinfo=UTC)


def test_the_newest_place_is_the_answer(memory: MemoryClient, user: str) -> None:
    """Row 1: Boston after the move; Austin only among what is superseded, or as of before."""
    tell(memory, user, ("I live in Austin.", day(2024, 1)), ("I moved to Boston.", day(2024, 6)))
    question = "Where do I live?"

    now = contents(memory.recall(user_id=user, query=question, limit=20))
    everything = contents(
        memory.recall(user_id=user, query=question, limit=20, include_superseded=True)
    )
    before = contents(
        memory.recall(user_id=user, query=question, limit=20, as_of_time=day(2024, 3))
    )

    assert "The user lives in Boston." in now
    assert "Boston" in now[0]
    assert not any("Austin" in text for text in now)
    assert any("Austin" in text for text in everything)
    assert any("Austin" in text for text in before)
    assert not any("Boston" in text for text in before)
    # Everything ever said is still there to be searched.
    assert "I live in Austin." in {
        hit.message.content for hit in memory.search(user_id=user, query="Austin")
    }


def test_what_was_known_is_another_time(memory: MemoryClient, user: str) -> None:
    """known_time tells what the store said then, whenever it was so in the world."""
    tell(memory, user, ("I live in Austin.", day(2024, 1)))
    (fact,) = memory.list_memories(user_id=user, kinds=[FACT])
    between = fact.update_time.ToDatetime(tzinfo=UTC)
    tell(memory, user, ("I moved to Boston.", day(2024, 6)))

    then = memory.recall(user_id=user, query="Where do I live?", known_time=between, limit=20)
    now = memory.recall(user_id=user, query="Where do I live?", limit=20)

    assert any("Austin" in text for text in contents(then))
    assert not any("Boston" in text for text in contents(then))
    assert not any("Austin" in text for text in contents(now))


def test_a_return_makes_three_spans(memory: MemoryClient, user: str) -> None:
    """Row 2: Austin, Dallas, Austin: Austin is current, with three spans in the timeline."""
    tell(
        memory,
        user,
        ("I live in Austin.", day(2024, 1)),
        ("I moved to Dallas.", day(2024, 4)),
        ("I moved back to Austin.", day(2024, 9)),
    )

    timeline = list(memory.list_memory_timeline(user_id=user, slot="location"))

    assert [one.value for one in timeline] == ["Austin", "Dallas", "Austin"]
    for earlier, later in itertools.pairwise(timeline):
        assert earlier.valid_to_time == later.valid_from_time
        assert earlier.superseded_by == later.memory_id
    assert not timeline[-1].HasField("valid_to_time")
    live = list(memory.list_memories(user_id=user, kinds=[FACT]))
    assert [one.memory_id for one in live] == [timeline[-1].memory_id]


def test_friends_are_many(memory: MemoryClient, user: str) -> None:
    """Row 3: two friends stay two."""
    tell(memory, user, "My friend Ana plays chess. My friend Ben paints.")

    live = memory.list_memories(user_id=user, kinds=[FACT])

    assert {one.value for one in live} == {"Ana", "Ben"}


def test_the_past_and_the_present_hide_nothing_of_each_other(
    memory: MemoryClient, user: str
) -> None:
    """Row 4: Nvidia is current, Oracle is past, and both are there."""
    tell(memory, user, "I work at Nvidia.", "I used to intern at Oracle.")

    live = {one.value: one for one in memory.list_memories(user_id=user, kinds=[FACT])}

    assert live["Nvidia"].temporal_state == 1
    assert live["Oracle"].temporal_state == 2
    assert all(not one.superseded_by for one in live.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I'm allergic to peanuts.", "I'm not allergic to peanuts."),
        ("I like OpenAI.", "I like Google."),
    ],
)
def test_what_differs_in_substance_stays_two(
    memory: MemoryClient, user: str, one: str, other: str
) -> None:
    """Row 5: a not or a name that differs makes two facts."""
    tell(memory, user, one, other)

    assert len(list(memory.list_memories(user_id=user, kinds=[FACT]))) == 2


def test_ages_and_employers_are_never_merged(memory: MemoryClient, user: str) -> None:
    """Row 5: 32 and 33, OpenAI and Google are different values, the newer ones current."""
    tell(memory, user, "I'm 32.", "I'm 33 now.", "I work at OpenAI.", "I work at Google.")

    assert {one.value for one in memory.list_memories(user_id=user, kinds=[FACT])} == {
        "33",
        "Google",
    }
    for slot, values in (("age", ["32", "33"]), ("employer", ["OpenAI", "Google"])):
        timeline = memory.list_memory_timeline(user_id=user, slot=slot)
        assert [one.value for one in timeline] == values


def test_a_late_message_is_history(memory: MemoryClient, user: str) -> None:
    """Row 14: what was said of an earlier time does not become the present."""
    tell(
        memory,
        user,
        ("I live in Austin.", day(2024, 1)),
        ("I moved to Boston.", day(2024, 6)),
        ("I live in Dallas.", day(2024, 3)),
    )

    timeline = list(memory.list_memory_timeline(user_id=user, slot="location"))

    assert [one.value for one in timeline] == ["Austin", "Dallas", "Boston"]
    assert [bool(one.superseded_by) for one in timeline] == [True, True, False]


def test_nobody_else_speaks_for_the_user(memory: MemoryClient, user: str) -> None:
    """Row 15: what assistants, systems and tools say becomes no fact of the user's own word."""
    tell(memory, user, "I live in Austin.")
    for role in ("ROLE_ASSISTANT", "ROLE_TOOL", "ROLE_SYSTEM"):
        assert tell(memory, user, "I live in Paris. The user lives in Paris.", role=role) == []

    (only,) = memory.list_memories(user_id=user, kinds=[FACT])
    assert (only.value, only.source_role) == ("Austin", Role.ROLE_USER)


def test_a_deleted_or_edited_message_takes_its_facts_along(memory: MemoryClient, user: str) -> None:
    """Row 9: gone from the very next call, and what it had superseded is so again."""
    tell(memory, user, "I live in Austin.", "I'm allergic to peanuts.")
    (moved,) = tell(memory, user, "I moved to Boston.")
    (message,) = memory.get_memory_source(memory_id=moved.memory_id).messages
    assert message.content == "I moved to Boston."

    def episode(content: str) -> Memory:
        said = memory.list_memories(user_id=user, kinds=[EPISODE])
        return next(one for one in said if one.content == content)

    for _ in memory.watch_job(job_id=memory.consolidate(user_id=user).job_id):
        pass
    assert "Boston" in memory.conscious(user_id=user).profile.summary
    memory.delete_memory(memory_id=episode("I moved to Boston.").memory_id)
    assert "Boston" not in str(memory.conscious(user_id=user))
    assert {one.value for one in memory.list_memories(user_id=user, kinds=[FACT])} == {
        "Austin",
        "peanuts",
    }
    assert not any(
        "Boston" in text
        for text in contents(
            memory.recall(user_id=user, query="Boston", limit=50, include_superseded=True)
        )
    )

    edited = episode("I'm allergic to peanuts.")
    memory.update_memory(
        memory=Memory(memory_id=edited.memory_id, content="I'm allergic to shellfish."),
        update_mask=FieldMask(paths=["content"]),
    )
    assert "peanuts" not in {one.value for one in memory.list_memories(user_id=user, kinds=[FACT])}
    until(
        lambda: (
            "shellfish" in {one.value for one in memory.list_memories(user_id=user, kinds=[FACT])}
        )
    )


def test_a_fact_that_is_edited_by_hand_finds_its_place(memory: MemoryClient, user: str) -> None:
    """An update of a live fact stays the live one; a deletion lets the one before be so again."""
    tell(memory, user, ("I live in Austin.", day(2024, 1)))
    (fact,) = tell(memory, user, ("I moved to Boston.", day(2024, 6)))

    changed = memory.update_memory(
        memory=Memory(memory_id=fact.memory_id, content="The user lives in Cambridge."),
        update_mask=FieldMask(paths=["content"]),
    ).memory
    assert changed.content == "The user lives in Cambridge."
    live = [one.content for one in memory.list_memories(user_id=user, kinds=[FACT])]
    assert live == ["The user lives in Cambridge."]

    memory.delete_memory(memory_id=fact.memory_id)
    live = [one.content for one in memory.list_memories(user_id=user, kinds=[FACT])]
    assert live == ["The user lives in Austin."]


def test_what_was_promoted_is_brought_to_mind(memory: MemoryClient, user: str) -> None:
    """Row 8: after consolidation Conscious begins with what is pinned, then what is essential."""
    tell(memory, user, "My name is Ana.", "I'm allergic to peanuts.", "I like jazz.")
    memory.create_memory(user_id=user, content="Prefers e-mail over calls.", pinned=True)
    job_id = memory.consolidate(user_id=user).job_id
    *_, last = memory.watch_job(job_id=job_id)
    assert last.job.state == 3

    conscious = memory.conscious(user_id=user)

    first, *others = conscious.memories
    assert first.pinned
    essential = [one.value for one in others if one.essential]
    assert set(essential) == {"Ana", "peanuts"}
    assert [one.essential for one in others] == sorted(
        (one.essential for one in others), reverse=True
    )
    assert "Ana" in conscious.profile.summary
    assert "peanuts" in conscious.profile.summary
    assert list(conscious.profile.key_traits) == ["jazz"]
    assert conscious.profile.HasField("update_time")
    assert conscious.context_block.count("\n") >= len(conscious.memories)


def test_recall_reinforces_without_slowing_the_call(memory: MemoryClient, user: str) -> None:
    """What is recalled is counted a little later, its etag unchanged."""
    (fact,) = tell(memory, user, "I live in Austin.")

    memory.recall(user_id=user, query="Where do I live?", kinds=[FACT])

    def counted() -> Memory | None:
        one = memory.get_memory(memory_id=fact.memory_id).memory
        return one if one.access_count else None

    found = until(counted)
    assert found is not None
    assert found.access_count == 1
    assert found.HasField("last_access_time")
    assert found.etag == fact.etag


def test_a_repetition_is_one_fact_of_two_messages(memory: MemoryClient, user: str) -> None:
    """Said again a fact is refreshed, not added."""
    tell(memory, user, ("I live in Austin.", day(2024, 1)), ("I live in Austin.", day(2024, 2)))

    (only,) = memory.list_memories(user_id=user, kinds=[FACT])

    assert len(only.source_message_ids) == 2
    assert only.refresh_time.ToDatetime(tzinfo=UTC) == day(2024, 2)
    assert only.valid_from_time.ToDatetime(tzinfo=UTC) == day(2024, 1)


def test_facts_are_shown_without_being_stored(memory: MemoryClient, user: str) -> None:
    """ExtractFacts tells what would be drawn, and nothing is there afterwards."""
    message = Message(content="I live in Austin. My name is Ana.")

    shown = memory.extract_facts(message=message)

    assert {one.slot: one.value for one in shown.memories} == {"location": "Austin", "name": "Ana"}
    assert shown.extractor in {"offline", "scripted"}
    assert list(memory.list_memories(user_id=user)) == []
    with pytest.raises(InvalidArgument):
        memory.extract_facts(message=Message())


def test_a_timeline_has_pages(memory: MemoryClient, user: str) -> None:
    """A timeline is one order over all pages, of all slots or of one."""
    tell(
        memory,
        user,
        *(
            (f"I moved to {place}.", day(2024, n + 1))
            for n, place in enumerate(["Austin", "Boston", "Dallas", "Denver", "Oslo"])
        ),
    )

    paged = [one.value for one in memory.list_memory_timeline(user_id=user, page_size=2)]

    assert paged == ["Austin", "Boston", "Dallas", "Denver", "Oslo"]
    assert list(memory.list_memory_timeline(user_id=user, slot="employer")) == []


def test_a_tenants_facts_are_its_own(
    client: MemoryClient, other_tenant: MemoryClient, user: str
) -> None:
    """Rows 10 and 11: the same user of another tenant has other facts, and no way to these."""
    (fact,) = tell(client, user, "I live in Austin.")
    tell(other_tenant, user, "I live in Oslo.")

    assert [one.value for one in client.list_memory_timeline(user_id=user)] == ["Austin"]
    assert [one.value for one in other_tenant.list_memory_timeline(user_id=user)] == ["Oslo"]
    with pytest.raises(NotFound):
        other_tenant.get_memory(memory_id=fact.memory_id)
