"""The reply to a write: made of its result, or the one that the same request was given before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import Message

from memsvc.rpc.pipeline import current_call
from memsvc.usecases.once import Replay

Result = TypeVar("Result")
Response = TypeVar("Response", bound=Message)


def reply(
    done: Result | Replay, write: Callable[[Result], Response], response: type[Response]
) -> Response:
    """Return the reply to a write: the stored one where the request came before."""
    if isinstance(done, Replay):
        current_call().facts["replay"] = True
        return response.FromString(done.response)
    return write(done)
