"""What a fact is trusted by is kept message by message, and goes with the messages."""

from __future__ import annotations

import psycopg
import pytest

from memsvc.core.model import Role, SourceClass
from memsvc.core.provenance import trust_of
from memsvc.store import embedded
from tests.facts.conftest import Diary, lives_in

FLAGS = ("concealment", "override")


async def test_a_fact_is_trusted_like_its_best_message(diary: Diary) -> None:
    """It gains by a better message, and loses again what a message that is taken back had given."""
    await diary.tell(0, lives_in("Austin"), flags=FLAGS)
    (alone,) = await diary.timeline("location")
    clean = await diary.tell(3, lives_in("Austin"))
    (both,) = await diary.timeline("location")
    await diary.unsay(clean)
    (again,) = await diary.timeline("location")

    assert alone.flags == list(FLAGS)
    assert trust_of(alone) == pytest.approx(0.2)
    assert (both.flags, trust_of(both)) == ([], 1)
    assert len(both.source_message_ids) == 2
    assert again.flags == list(FLAGS)
    assert trust_of(again) == pytest.approx(0.2)


async def test_a_flagged_message_supersedes_nothing_until_it_is_confirmed(diary: Diary) -> None:
    """A flagged later value is contested; a clean message that says the same makes it so."""
    await diary.tell(0, lives_in("Austin"))
    await diary.tell(5, lives_in("Boston"), flags=FLAGS)
    assert await diary.live("location") == ["The user lives in Austin."]
    await diary.tell(9, lives_in("Boston"))
    assert await diary.live("location") == ["The user lives in Boston."]


async def test_what_an_assistant_says_is_inference(diary: Diary) -> None:
    """The class of a fact is that of the message, whatever draws it."""
    await diary.tell(0, lives_in("Austin"), role=Role.ASSISTANT)
    (one,) = await diary.timeline("location")

    assert one.source_class is SourceClass.MODEL_INFERENCE
    assert trust_of(one) == pytest.approx(0.6)


async def test_facts_of_a_version_before_are_of_their_roles(
    diary: Diary, postgres: embedded.EmbeddedPostgres
) -> None:
    """Without classes and flags of their own, messages count by their roles, and later ones are added."""
    await diary.tell(0, lives_in("Austin"), role=Role.ASSISTANT)
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        connection.execute(
            "update memory set source_class = null, source_classes = '{}', source_flags = '{}'"
            " where tenant_id = %s",
            [diary.tenant_id],
        )
    (old,) = await diary.timeline("location")
    assert trust_of(old) == pytest.approx(0.6)
    await diary.tell(3, lives_in("Austin"))
    (both,) = await diary.timeline("location")

    assert (both.source_class, trust_of(both)) == (SourceClass.DIRECT_USER, 1)
    assert len(both.source_message_ids) == 2
