"""Streamed answers of a scripted model, event by event."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any, Final

from tests.fakes.model_server import Exchange, SeenCall, Step

DONE: Final = b"data: [DONE]\n\n"


def data(value: object) -> bytes:
    """Return an event whose data is *value* as JSON."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    """Return a chunk with this *text*; *more* are further fields of its delta, `usage` of the chunk."""
    usage = more.pop("usage", None)
    delta = {**({} if text is None else {"content": text}), **more}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return data({**head, "choices": [choice], **({"usage": usage} if usage else {})})


def usage(prompt: int, completion: int, total: int | None = None) -> dict[str, int]:
    """Return what a model says it took."""
    counted = {"prompt_tokens": prompt, "completion_tokens": completion}
    return counted | {"total_tokens": prompt + completion if total is None else total}


def answering(text: str, *, words: bool = True) -> list[bytes]:
    """Return a whole answer, word by word, with what it took."""
    parts = text.split(" ") if words else [text]
    pieces = [part if place == 0 else f" {part}" for place, part in enumerate(parts)]
    return [
        chunk(role="assistant", text=""),
        *(chunk(piece) for piece in pieces),
        chunk(finish="stop"),
        data({"choices": [], "usage": usage(10, len(pieces))}),
        DONE,
    ]


Part = bytes | threading.Event | Callable[[Exchange], None]


def sending(*parts: Part, end: bool = True) -> Step:
    """Send *parts* of a stream of events; wait for an event, or call what can be called, where one stands.

    Without *end* the connection breaks off.
    """

    def step(exchange: Exchange) -> None:
        exchange.begin(content_type="text/event-stream")
        for part in parts:
            if isinstance(part, bytes):
                exchange.chunk(part)
            elif isinstance(part, threading.Event):
                exchange.wait(part)
            else:
                part(exchange)
        if end:
            exchange.chunk(b"")
        else:
            exchange.reset()

    return step


def replying(to: Callable[[SeenCall], str]) -> Step:
    """Answer each request with what *to* says."""
    return lambda exchange: sending(*answering(to(exchange.seen)))(exchange)
