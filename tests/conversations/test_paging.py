"""Each thing stands on one page, whatever the size of the pages."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conversations.conftest import Talk
from tests.support.wire import Refused, Wire

COUNT = 23


def pages(talk: Talk, method: str, items: str, size: int, **fields: Any) -> list[Any]:
    """Return the items of all pages of that size."""
    found: list[Any] = []
    token = ""
    while True:
        page = talk(method, page_size=size, page_token=token, **fields)
        part = list(getattr(page, items))
        assert 0 < len(part) <= size
        found += part
        token = page.next_page_token
        if not token:
            return found


@pytest.fixture(scope="module")
def full(acme: Wire) -> Talk:
    """A user with as many conversations, and as many messages in one of them, some deleted."""
    talk = Talk(acme)
    for number in range(COUNT):
        talk("CreateConversation", conversation_id=f"c{number}", pinned=number % 5 == 0)
    ids: list[str] = []
    for part in range(4):
        _, new = talk.say(*(f"{part}-{n}" for n in range(7)), conversation_id="c1")
        ids += new
    talk("BatchDeleteMessages", message_ids=[ids[3], ids[10], ids[-1], ids[0], ids[12]])
    return talk


@given(size=st.integers(1, COUNT + 2), backwards=st.booleans())
@settings(max_examples=15, deadline=None)
def test_messages_come_once_and_in_order(full: Talk, size: int, *, backwards: bool) -> None:
    """Forwards as they came, backwards the other way round, without a gap where some were deleted."""
    order = "MESSAGE_ORDER_NEWEST_FIRST" if backwards else "MESSAGE_ORDER_OLDEST_FIRST"
    found = pages(full, "ListMessages", "messages", size, conversation_id="c1", order=order)
    whole = full.contents("c1", page_size=200)
    texts = [one.content for one in found]

    assert len(whole) == COUNT
    assert texts == (whole[::-1] if backwards else whole)
    assert [tuple(map(int, text.split("-"))) for text in whole] == sorted(
        tuple(map(int, text.split("-"))) for text in whole
    )


@given(size=st.integers(1, COUNT + 2))
@settings(max_examples=10, deadline=None)
def test_conversations_come_once_and_in_order(full: Talk, size: int) -> None:
    """Pinned ones first; the order is that of one page with all of them."""
    found = pages(full, "ListConversations", "conversations", size)
    whole = full("ListConversations", page_size=100).conversations

    assert len(whole) == COUNT
    assert [one.conversation_id for one in found] == [one.conversation_id for one in whole]
    pinned = [one.pinned for one in whole]
    assert pinned == sorted(pinned, reverse=True)


@given(size=st.integers(1, COUNT + 2))
@settings(max_examples=8, deadline=None)
def test_the_pieces_of_a_record_are_the_record(full: Talk, size: int) -> None:
    """However it is cut, the record is the same."""
    pieces, token = [], ""
    while True:
        piece = full("RenderConversation", conversation_id="c1", page_size=size, page_token=token)
        pieces.append(piece.markdown)
        token = piece.next_page_token
        if not token:
            break

    assert "".join(pieces) == full("RenderConversation", conversation_id="c1").markdown


def test_a_token_belongs_to_its_request(full: Talk) -> None:
    """With another conversation, order or filter it is refused, and so is one that was made up."""
    page = full("ListMessages", conversation_id="c1", page_size=2)
    for fields in (
        {"conversation_id": "c2"},
        {"conversation_id": "c1", "order": "MESSAGE_ORDER_NEWEST_FIRST"},
        {"conversation_id": "c1", "roles": ["ROLE_USER"]},
    ):
        with pytest.raises(Refused) as refused:
            full("ListMessages", page_token=page.next_page_token, **fields)
        assert refused.value.reason == "PAGE_TOKEN_INVALID"
    for method in ("ListConversations",):
        with pytest.raises(Refused) as refused:
            full(method, page_token="made-up")  # ruff: ignore[hardcoded-password-func-arg]
        assert refused.value.reason == "PAGE_TOKEN_INVALID"


def test_a_token_belongs_to_its_call(full: Talk) -> None:
    """One of another call is refused, although the requests are the same bytes and the positions differ."""
    full.project("CreateProject", name="Garden")
    full.project("CreateProject", name="Kitchen")
    of_projects = full.project("ListProjects", page_size=1).next_page_token
    of_conversations = full("ListConversations", page_size=1).next_page_token
    of_messages = full("ListMessages", conversation_id="c1", page_size=1).next_page_token
    for method, token, fields in (
        ("ConversationService/ListConversations", of_projects, {}),
        ("ProjectService/ListProjects", of_conversations, {}),
        ("ConversationService/RenderConversation", of_messages, {"conversation_id": "c1"}),
        ("ProjectService/ListProjectMembers", of_messages, {"project_id": "c1"}),
    ):
        with pytest.raises(Refused) as refused:
            full.wire.call(method, user_id=full.user, page_token=token, **fields)
        assert refused.value.reason == "PAGE_TOKEN_INVALID"


def test_a_page_fits_into_a_reply(talk: Talk) -> None:
    """Messages with much data of the callers' own come on as many pages as it takes, memories and hits too; a thread is cut."""
    data = {f"k{number}": "x" * 2000 for number in range(15)}
    where = str(uuid4())
    for part in range(14):
        talk.wire.call(
            "MemoryService/Ingest",
            user_id=talk.user,
            conversation_id=where,
            extraction="EXTRACTION_MODE_NONE",
            messages=[
                {
                    "message_id": f"{where}-{part}-{number}",
                    "parent_message_id": f"{where}-0-0" if part or number else "",
                    "content": f"{part}-{number}",
                    "metadata": data,
                }
                for number in range(10)
            ],
        )
    thread = talk("GetMessageThread", message_id=f"{where}-0-0", max_messages=500)
    memories = talk.wire.call("MemoryService/ListMemories", user_id=talk.user, page_size=200)
    hits = talk.wire.call(
        "MemoryService/Search",
        user_id=talk.user,
        query=" OR ".join(map(str, range(14))),
        page_size=200,
        mode="SEARCH_MODE_FULL_TEXT",
    )

    said = [f"{part}-{number}" for part in range(14) for number in range(10)]
    listed = pages(talk, "ListMessages", "messages", 200, conversation_id=where)
    assert [one.content for one in listed] == said
    assert thread.truncated
    assert memories.next_page_token
    assert hits.next_page_token
    answers = [one.message.content for one in thread.descendants]
    assert answers == said[1 : len(answers) + 1]


@pytest.mark.parametrize("text", ["\t" * 99_000 + "x", "\t*\n" * 33_000 + "x"])
def test_a_piece_of_a_record_fits_into_a_reply(talk: Talk, text: str) -> None:
    """Texts that grow eight times as they are escaped and quoted come in as many pieces as it takes."""
    where, _ = talk.say("First.")
    for _ in range(11):
        talk.say(text, conversation_id=where)
    count, token = 0, ""
    while not count or token:
        piece = talk("RenderConversation", conversation_id=where, page_size=500, page_token=token)
        count += piece.markdown.count("\n## ")
        token = piece.next_page_token

    assert count == 12
