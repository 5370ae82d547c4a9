"""Objects that stand for those of the provider's client: the same in all but what is remembered.

They know nothing of the provider's package, only that calls are made by `chat.completions.create` and
`responses.create`. Whatever else is asked of them, the object behind them answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import wraps
from typing import Any, Final, Self

from memsvc_client.wrapping.memory import Turn, WrappedMemory
from memsvc_client.wrapping.stats import WrapStats
from memsvc_client.wrapping.turns import ChatShape, ResponsesShape, Shape

_CHAT: Final = ChatShape()
_RESPONSES: Final = ResponsesShape()
#: What a stand-in has of its own.
_OWN: Final = {"_wrapped", "_memory", "_wrap", "_shape", "_remembered", "_pieces"}


class Proxy:
    """Stands for *wrapped*; `isinstance` takes it for one of the kind, as its callers do."""

    def __init__(self, wrapped: Any) -> None:
        """Stand for *wrapped*."""
        self._wrapped = wrapped

    @property  # type: ignore[misc]
    def __class__(self) -> type[Any]:
        """The class of what it stands for."""
        kind: type[Any] = type(self._wrapped)
        return kind

    def __setattr__(self, name: str, value: Any) -> None:
        """Set it where it is of use, such as a new `api_key`: on the object behind it."""
        if name in _OWN or isinstance(getattr(type(self), name, None), property):
            super().__setattr__(name, value)
        else:
            setattr(self._wrapped, name, value)

    def __delattr__(self, name: str) -> None:
        """Delete it of the object behind it."""
        delattr(self._wrapped, name)

    def __getattr__(self, name: str) -> Any:
        """Return what the object behind it has."""
        if name == "_wrapped":
            # Before it is set, as when a copy is made.
            raise AttributeError(name)
        return getattr(self._wrapped, name)

    def __repr__(self) -> str:
        """Tell what is behind it."""
        return f"<remembering {self._wrapped!r}>"


class Remembered:
    """Takes an answer down as it comes, and has it stored once, when it has ended."""

    def __init__(self, memory: WrappedMemory, turn: Turn) -> None:
        """Store into *memory*."""
        self._memory = memory
        self._turn = turn
        self._pieces: list[str] = []
        self._ended = False

    def add(self, chunk: Any) -> None:
        """Take a piece down; one that cannot be read is passed over."""
        try:
            self._pieces.append(self._turn.shape.piece(chunk))
        except Exception:  # ruff: ignore[blind-except] - the border: the piece goes on to the program as it is
            return

    def end(self) -> None:
        """Have the turn stored, with as much of the answer as came."""
        if not self._ended:
            self._ended = True
            self._memory.remember(self._turn, "".join(self._pieces))

    def forget(self) -> None:
        """Store nothing: the answer failed."""
        self._ended = True

    def whole(self, response: Any) -> None:
        """Have the turn stored with an answer that came at once."""
        try:
            self._pieces.append(self._turn.shape.answer(response))
        except Exception:  # ruff: ignore[blind-except] - the border: the program has its answer
            self._pieces.clear()
        self.end()


class RememberingStream(Proxy):
    """A stream that passes every piece on as it comes, and has the turn stored in the end.

    The end is the last piece, `close`, the end of a `with` block, or that nobody holds it any more.
    """

    def __init__(self, stream: Any, remembered: Remembered) -> None:
        """Pass on the pieces of *stream*."""
        super().__init__(stream)
        self._remembered = remembered
        self._pieces: Iterator[Any] | None = None

    def __iter__(self) -> Self:
        """Return the stream."""
        return self

    def __next__(self) -> Any:
        """Return the next piece."""
        if self._pieces is None:
            self._pieces = iter(self._wrapped)
        try:
            piece = next(self._pieces)
        except StopIteration:
            self._remembered.end()
            raise
        except Exception:
            # The answer failed. A task that is cancelled has left it early.
            self._remembered.forget()
            raise
        self._remembered.add(piece)
        return piece

    def __enter__(self) -> Self:
        """Enter the stream's context."""
        self._wrapped.__enter__()
        return self

    def __exit__(self, *error: object) -> Any:
        """Leave the stream's context."""
        self._remembered.end()
        return self._wrapped.__exit__(*error)

    def close(self) -> None:
        """Close the stream."""
        self._remembered.end()
        self._wrapped.close()

    def __del__(self) -> None:
        """Have the turn stored that nobody reads on."""
        self._remembered.end()


class AsyncRememberingStream(Proxy):
    """The same for asyncio."""

    def __init__(self, stream: Any, remembered: Remembered) -> None:
        """Pass on the pieces of *stream*."""
        super().__init__(stream)
        self._remembered = remembered
        self._pieces: AsyncIterator[Any] | None = None

    def __aiter__(self) -> Self:
        """Return the stream."""
        return self

    async def __anext__(self) -> Any:
        """Return the next piece."""
        if self._pieces is None:
            self._pieces = aiter(self._wrapped)
        try:
            piece = await anext(self._pieces)
        except StopAsyncIteration:
            self._remembered.end()
            raise
        except Exception:
            # The answer failed. A task that is cancelled has left it early.
            self._remembered.forget()
            raise
        self._remembered.add(piece)
        return piece

    async def __aenter__(self) -> Self:
        """Enter the stream's context."""
        await self._wrapped.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> Any:
        """Leave the stream's context."""
        self._remembered.end()
        return await self._wrapped.__aexit__(*error)

    async def close(self) -> None:
        """Close the stream."""
        self._remembered.end()
        await self._wrapped.close()

    def __del__(self) -> None:
        """Have the turn stored that nobody reads on."""
        self._remembered.end()


def remembering(
    create: Callable[..., Any], memory: WrappedMemory, shape: Shape
) -> Callable[..., Any]:
    """Return *create* with memories: given before it is called, and stored after."""

    @wraps(create)
    def call(**arguments: Any) -> Any:
        turn = memory.begun(shape, arguments)
        response = create(**memory.prepared(turn))
        remembered = Remembered(memory, turn)
        if arguments.get("stream"):
            return RememberingStream(response, remembered)
        remembered.whole(response)
        return response

    return call


def async_remembering(
    create: Callable[..., Awaitable[Any]], memory: WrappedMemory, shape: Shape
) -> Callable[..., Awaitable[Any]]:
    """Return the same for asyncio."""

    @wraps(create)
    async def call(**arguments: Any) -> Any:
        turn = memory.begun(shape, arguments)
        response = await create(**await memory.aprepared(turn))
        remembered = Remembered(memory, turn)
        if arguments.get("stream"):
            return AsyncRememberingStream(response, remembered)
        remembered.whole(response)
        return response

    return call


_Wrap = Callable[[Callable[..., Any], WrappedMemory, Shape], Callable[..., Any]]


class _Calls(Proxy):
    """`chat.completions` or `responses`: their calls remember."""

    def __init__(self, wrapped: Any, memory: WrappedMemory, shape: Shape, wrap: _Wrap) -> None:
        super().__init__(wrapped)
        self._memory = memory
        self._shape = shape
        self._wrap = wrap

    @property
    def create(self) -> Callable[..., Any]:
        """Ask the model, with memories."""
        return self._wrap(self._wrapped.create, self._memory, self._shape)

    @property
    def parse(self) -> Callable[..., Any]:
        """Ask the model for data of a certain form, with memories."""
        return self._wrap(self._wrapped.parse, self._memory, self._shape)


class _Chat(Proxy):
    """`chat`."""

    def __init__(self, wrapped: Any, memory: WrappedMemory, wrap: _Wrap) -> None:
        super().__init__(wrapped)
        self._memory = memory
        self._wrap = wrap

    @property
    def completions(self) -> Any:
        """Calls of the model."""
        return _Calls(self._wrapped.completions, self._memory, _CHAT, self._wrap)


class _Client(Proxy):
    """What both kinds of client have in common."""

    _wrap: _Wrap

    def __init__(self, wrapped: Any, memory: WrappedMemory) -> None:
        """Stand for *wrapped*, with a *memory*."""
        super().__init__(wrapped)
        self._memory = memory

    @property
    def chat(self) -> Any:
        """Calls of the model by messages."""
        return _Chat(self._wrapped.chat, self._memory, self._wrap)

    @property
    def responses(self) -> Any:
        """Calls of the model by responses."""
        return _Calls(self._wrapped.responses, self._memory, _RESPONSES, self._wrap)

    @property
    def memory(self) -> WrappedMemory:
        """Its memory."""
        return self._memory

    @property
    def stats(self) -> WrapStats:
        """What the memory did so far."""
        return self._memory.stats

    def with_options(self, **options: Any) -> Self:
        """Return a client with other options of the provider and the same memory."""
        return type(self)(self._wrapped.with_options(**options), self._memory)

    def copy(self, **options: Any) -> Self:
        """Return the same as `with_options`."""
        return type(self)(self._wrapped.copy(**options), self._memory)


class RememberingClient(_Client):
    """A provider's client that remembers, for threads."""

    _wrap = staticmethod(remembering)

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until all turns are stored or given up; return whether they are within *timeout* seconds."""
        return self._memory.flush(timeout)

    def close(self, timeout: float | None = 5.0) -> None:
        """Flush, store no more, and close the provider's client."""
        try:
            self._memory.close(timeout)
        finally:
            self._wrapped.close()

    def __enter__(self) -> Self:
        """Return the client; leaving the block closes it."""
        self._wrapped.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Close the client."""
        try:
            self._memory.close()
        finally:
            self._wrapped.__exit__(*error)


class AsyncRememberingClient(_Client):
    """A provider's client that remembers, for asyncio."""

    _wrap = staticmethod(async_remembering)

    async def flush(self, timeout: float | None = None) -> bool:  # ruff: ignore[async-function-with-timeout] - a deadline like all others here
        """Wait until all turns are stored or given up; return whether they are within *timeout* seconds."""
        return await asyncio.to_thread(self._memory.flush, timeout)

    async def close(self, timeout: float | None = 5.0) -> None:  # ruff: ignore[async-function-with-timeout] - a deadline like all others here
        """Flush, store no more, and close the provider's client."""
        try:
            await asyncio.to_thread(self._memory.close, timeout)
        finally:
            await self._wrapped.close()

    async def __aenter__(self) -> Self:
        """Return the client; leaving the block closes it."""
        await self._wrapped.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the client."""
        try:
            await asyncio.to_thread(self._memory.close)
        finally:
            await self._wrapped.__aexit__(*error)


def memory_of(client: object) -> WrappedMemory:
    """Return the memory of a client that `wrap` returned; raise TypeError for another one.

    What it has, the client has too (for asyncio, to be awaited), but type checkers know of it only here.
    """
    if not isinstance(client, _Client):
        message = f"{client!r} was not wrapped"
        raise TypeError(message)
    return client.memory
