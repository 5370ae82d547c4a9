"""IngestStream: the messages of many users in bulk; one batch that fails takes no other with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Final

from memsvc.core.errors import MemsvcError, Overloaded, StorageUnavailable, WriteConflict
from memsvc.core.model import Caller
from memsvc.usecases.embedding import EmbeddedTexts
from memsvc.usecases.memories.ingest import Ingest, IngestAsk, Ingested
from memsvc.usecases.once import Replay

#: Messages that are embedded and stored together: enough to keep all threads busy, few enough that
#: a stream holds little memory.
WINDOW_MESSAGES: Final = 256
#: Batches of different conversations that are stored at once.
STORES_MAX: Final = 2
#: How long one batch may take, in seconds, and how often it is tried where trying again may help.
BATCH_SECONDS: Final = 30.0
TRIES: Final = 3
RETRY_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class StreamItem:
    """One batch of a stream, or what is wrong with it."""

    index: int
    ask: IngestAsk | MemsvcError


@dataclass(slots=True)
class StreamReport:
    """What became of a stream."""

    message_count: int = 0
    duplicate_count: int = 0
    errors: list[tuple[int, MemsvcError]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Batch:
    index: int
    ask: IngestAsk
    embedded: EmbeddedTexts


@dataclass(frozen=True, slots=True)
class IngestStream:
    """Stores a stream: one window is embedded while the one before it is stored."""

    ingest: Ingest

    async def __call__(self, caller: Caller, items: AsyncIterator[StreamItem]) -> StreamReport:
        """Store what comes, batches of one conversation in their order, and report.

        What was stored stays stored if the stream breaks off.
        """
        report = StreamReport()
        storing: asyncio.Task[None] | None = None
        try:
            async for window in _windows(items):
                batches = await self._embedded(caller, window, report)
                if storing is not None:
                    await storing
                storing = asyncio.create_task(self._store(caller, batches, report))
        finally:
            if storing is not None:
                await storing
        report.errors.sort(key=itemgetter(0))
        return report

    async def _embedded(
        self, caller: Caller, window: Sequence[StreamItem], report: StreamReport
    ) -> list[_Batch]:
        good: list[tuple[int, IngestAsk]] = []
        for item in window:
            if isinstance(item.ask, MemsvcError):
                report.errors.append((item.index, item.ask))
                continue
            try:
                good.append((item.index, await self.ingest.screened(caller, item.ask)))
            except MemsvcError as error:
                report.errors.append((item.index, error))
        limited = _limited(caller)
        try:
            embedded = await self.ingest.embed(limited, [ask for _, ask in good])
        except MemsvcError:
            # One of them brought a wrong vector: each for itself.
            return await self._embedded_singly(limited, good, report)
        return [_Batch(i, ask, e) for (i, ask), e in zip(good, embedded, strict=True)]

    async def _embedded_singly(
        self, caller: Caller, good: Sequence[tuple[int, IngestAsk]], report: StreamReport
    ) -> list[_Batch]:
        batches = []
        for index, ask in good:
            try:
                (embedded,) = await self.ingest.embed(caller, [ask])
            except MemsvcError as error:
                report.errors.append((index, error))
            else:
                batches.append(_Batch(index, ask, embedded))
        return batches

    async def _store(self, caller: Caller, batches: list[_Batch], report: StreamReport) -> None:
        """Store *batches*, those of one conversation one after the other."""

        def conversation(batch: _Batch) -> tuple[str, str]:
            return batch.ask.user_id, batch.ask.conversation_id

        free = asyncio.Semaphore(STORES_MAX)

        async def in_order(run: Sequence[_Batch]) -> None:
            for batch in run:
                async with free:
                    await self._store_batch(caller, batch, report)

        runs = groupby(sorted(batches, key=conversation), conversation)
        async with asyncio.TaskGroup() as group:
            for _, run in runs:
                group.create_task(in_order(list(run)))

    async def _store_batch(self, caller: Caller, batch: _Batch, report: StreamReport) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                await self.ingest.make_room(caller, batch.ask)
                done = await self.ingest.store(_limited(caller), batch.ask, batch.embedded)
            except (WriteConflict, Overloaded, StorageUnavailable) as error:
                if attempt == TRIES:
                    report.errors.append((batch.index, error))
                    return
                await asyncio.sleep(RETRY_SECONDS * attempt)
            except MemsvcError as error:
                report.errors.append((batch.index, error))
                return
            else:
                _count(report, batch.ask, done)
                return


def _limited(caller: Caller) -> Caller:
    latest = asyncio.get_running_loop().time() + BATCH_SECONDS
    return replace(caller, deadline=min(caller.deadline, latest))


def _count(report: StreamReport, ask: IngestAsk, done: Ingested | Replay) -> None:
    if isinstance(done, Replay):
        report.duplicate_count += len(ask.messages)
        return
    duplicates = sum(duplicate for _, duplicate in done.messages)
    report.duplicate_count += duplicates
    report.message_count += len(done.messages) - duplicates


async def _windows(items: AsyncIterator[StreamItem]) -> AsyncIterator[list[StreamItem]]:
    """Yield *items* in groups of about WINDOW_MESSAGES messages."""
    window: list[StreamItem] = []
    messages = 0
    async for item in items:
        window.append(item)
        messages += 1 if isinstance(item.ask, MemsvcError) else len(item.ask.messages)
        if messages >= WINDOW_MESSAGES:
            yield window
            window, messages = [], 0
    if window:
        yield window
