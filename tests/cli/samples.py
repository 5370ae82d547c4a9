"""Small made-up conversations in each layout."""

from __future__ import annotations

from typing import Any


def node(name: str, parent: str | None, message: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a node of a tree of ChatGPT's export."""
    return {"id": name, "parent": parent, "children": [], "message": message}


def spoken(name: str, role: str, *parts: Any, **more: Any) -> dict[str, Any]:
    """Return a message of ChatGPT's export."""
    return {
        "id": f"message-{name}",
        "author": {"role": role, "name": None},
        "content": {"content_type": more.pop("content_type", "text"), "parts": list(parts)},
        "create_time": more.pop("create_time", None),
        "metadata": more.pop("metadata", {}),
        **more,
    }


def chatgpt() -> list[dict[str, Any]]:
    """Return an export of ChatGPT: one conversation with an abandoned branch."""
    nodes = [
        node("root", None),
        node("system", "root", spoken("system", "system", "")),
        node("hidden", "system", _hidden()),
        node("a", "hidden", spoken("a", "user", "Where grows tea?", create_time=1700000000.5)),
        node("old", "a", spoken("old", "assistant", "An answer that was tried again.")),
        node("code", "a", spoken("code", "assistant", content_type="code")),
        node("tool", "code", spoken("tool", "assistant", "search(tea)", recipient="browser")),
        node("b", "tool", spoken("b", "assistant", "On hills.", "Mostly.", create_time=1700000060)),
        node("c", "b", _picture()),
    ]
    return [
        {
            "title": "Tea",
            "create_time": 1699999999,
            "conversation_id": "talk-1",
            "current_node": "c",
            "mapping": {entry["id"]: entry for entry in nodes},
        }
    ]


def _hidden() -> dict[str, Any]:
    metadata = {"is_visually_hidden_from_conversation": True}
    return spoken("hidden", "user", "Talk like a gardener.", metadata=metadata)


def _picture() -> dict[str, Any]:
    parts = ({"content_type": "image_asset_pointer", "asset_pointer": "x"}, "Is this a tea plant?")
    return spoken("c", "user", *parts, content_type="multimodal_text")


def claude() -> list[dict[str, Any]]:
    """Return an export of Claude."""
    return [
        {
            "uuid": "talk-2",
            "name": "Rain",
            "created_at": "2024-03-01T10:00:00.000000Z",
            "chat_messages": [
                {
                    "uuid": "m1",
                    "sender": "human",
                    "text": "Will it rain?",
                    "content": [{"type": "text", "text": "Will it rain?"}],
                    "created_at": "2024-03-01T10:00:01.500000Z",
                },
                {
                    "uuid": "m2",
                    "sender": "assistant",
                    "text": "(a block that cannot be shown)\n\nIn the evening.",
                    "content": [
                        {"type": "thinking", "thinking": "Clouds."},
                        {"type": "text", "text": "In the evening."},
                    ],
                    "created_at": "2024-03-01T10:00:03Z",
                },
                {"uuid": "m3", "sender": "human", "text": "", "content": []},
                {"uuid": "m4", "sender": "human", "text": "Thanks."},
            ],
        }
    ]


def locomo() -> list[dict[str, Any]]:
    """Return a sample in the layout of LoCoMo."""
    return [
        {
            "sample_id": "pair-1",
            "conversation": {
                "speaker_a": "Ana",
                "speaker_b": "Ben",
                "session_10_date_time": "12:05 am on 1 January, 2024",
                "session_10": [{"speaker": "Ben", "dia_id": "D10:1", "text": "Happy new year!"}],
                "session_2_date_time": "1:56 pm on 8 May, 2023",
                "session_2": [
                    {
                        "speaker": "Ana",
                        "dia_id": "D2:1",
                        "text": "Look!",
                        "blip_caption": "a red kite",
                    },
                    {"speaker": "Ben", "dia_id": "D2:2", "text": ""},
                ],
                "session_3_date_time": "1:00 pm on 9 May, 2023",
            },
            "qa": [],
        }
    ]
