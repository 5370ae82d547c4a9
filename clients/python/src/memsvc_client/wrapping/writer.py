"""Storing turns behind the program's back: a bounded queue, and a thread that empties it."""

from __future__ import annotations

import atexit
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from memsvc_client._pb.memory_service_pb2 import IngestRequest
from memsvc_client.errors import (
    Aborted,
    DeadlineExceeded,
    Internal,
    MemsvcError,
    ResourceExhausted,
    Unavailable,
)
from memsvc_client.wrapping.options import WrapSettings
from memsvc_client.wrapping.stats import Counter

#: Between two tries, in seconds: at first, and at most.
PAUSE_SECONDS: Final = 0.5
PAUSE_SECONDS_MAX: Final = 30.0
#: A thread that has nothing to store for so long ends.
IDLE_SECONDS: Final = 10.0
#: What may go better another time; a request that is refused for what it is will always be.
_PASSING: Final = (Unavailable, DeadlineExceeded, ResourceExhausted, Aborted, Internal)


class Writer:
    """Stores turns, one after the other, in the order in which they came.

    Nobody waits for it but `flush` and `close`. A turn that is stored again after a reply was lost is a
    duplicate to the server: its messages bring their ids.
    """

    def __init__(
        self,
        store: Callable[[IngestRequest], object],
        settings: WrapSettings,
        counter: Counter,
    ) -> None:
        """Store by *store*, which raises MemsvcError, and count in *counter*."""
        self._store = store
        self._settings = settings
        self._counter = counter
        # A stream that nobody holds any more is put here by its __del__, which may run in the midst of
        # anything, of another put too: the queue and the locks are ones that can be entered twice.
        self._queue: queue.SimpleQueue[IngestRequest | None] = queue.SimpleQueue()
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._settled = threading.Condition()
        self._unsettled = 0

    def put(self, turn: IngestRequest) -> None:
        """Let a turn be stored; drop it, and count that, if too many wait or the writer is closed."""
        with self._lock:
            if self._closing.is_set():
                self._counter.add("turns_dropped")
                return
            with self._settled:
                self._unsettled += 1
            self._counter.add("turns_queued")
            if self._queue.qsize() >= self._settings.queue_max:
                self._settle("turns_dropped")
                return
            self._queue.put(turn)
            self._start()

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            # Not to hold up the end of a program; how long that waits is said by exit_seconds.
            self._thread = threading.Thread(target=self._work, name="memsvc", daemon=True)
            self._thread.start()
            atexit.register(self.close, self._settings.exit_seconds)

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until everything is stored or given up, *timeout* seconds at most; return whether it is."""
        with self._settled:
            return self._settled.wait_for(lambda: self._unsettled <= 0, timeout)

    def close(self, timeout: float | None = None) -> bool:
        """Take no more, and wait as `flush` does; what is not stored by then is dropped and counted."""
        with self._lock:
            self._closing.set()
        done = self.flush(timeout)
        while True:
            try:
                left = self._queue.get_nowait()
            except queue.Empty:
                break
            if left is not None:
                self._settle("turns_dropped")
        self._queue.put(None)
        atexit.unregister(self.close)
        return done

    def abandon(self) -> None:
        """Leave everything to the parent of this process; its threads may have held the locks."""
        atexit.unregister(self.close)

    def _work(self) -> None:
        with suppress(queue.Empty):
            while (turn := self._queue.get(timeout=IDLE_SECONDS)) is not None:
                self._settle("turns_stored" if self._stored(turn) else "turns_failed")
            return
        # A client that nobody holds any more is to hold no thread either, nor its connection.
        with self._lock:
            self._thread = None
            atexit.unregister(self.close)
            if not self._queue.empty():
                self._start()

    def _stored(self, turn: IngestRequest) -> bool:
        """Return whether a turn could be stored, after all tries that make sense."""
        pause = PAUSE_SECONDS
        for left in range(self._settings.store_attempts - 1, -1, -1):
            try:
                self._store(turn)
            except _PASSING as error:
                if left == 0 or self._closing.wait(error.retry_after or pause):
                    return False
                pause = min(pause * 2, PAUSE_SECONDS_MAX)
            except MemsvcError:
                return False
            except Exception:  # ruff: ignore[blind-except] - the border: whatever it was, the next turn is stored
                return False
            else:
                return True
        return False

    def _settle(self, name: str) -> None:
        self._counter.add(name)
        with self._settled:
            self._unsettled -= 1
            self._settled.notify_all()
