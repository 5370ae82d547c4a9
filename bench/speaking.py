"""A language model that says what it is told, as a process of its own: quick, and many at once.

Every piece of its answers holds the moment at which it was sent, so that whoever reads it, in whatever process
of this machine, knows how long it was on its way. The last message says how: "pieces=100 every=0.05 size=8".
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Final

#: What stands around a moment in a piece, in nanoseconds of the monotonic clock.
MOMENT: Final = re.compile(r"\[(\d+)\]")
_ASKED: Final = re.compile(r"(pieces|every|size)=([\d.]+)")
_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
    b"Connection: close\r\n\r\n"
)
_LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Model:
    """Answers until it is cut off."""

    def __init__(self) -> None:
        """Answer nobody yet."""
        self.open = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self.open += 1
        # Who does not wait for the answer cuts it off.
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._speak(reader, writer)
        self.open -= 1
        writer.close()

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"GET"):
            body = str(self.open - 1).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            await writer.drain()
            return
        length = _LENGTH.search(head)
        request = json.loads(await reader.readexactly(int(length.group(1)) if length else 0))
        asked = {name: float(n) for name, n in _ASKED.findall(request["messages"][-1]["content"])}
        writer.write(_HEAD)
        filling = "x" * int(asked.get("size", 8))
        for _ in range(int(asked.get("pieces", 1))):
            writer.write(_chunk({"content": f"[{time.monotonic_ns()}]{filling} "}, None))
            await writer.drain()
            await asyncio.sleep(asked.get("every", 0.0))
        done = b"data: [DONE]\n\n"
        writer.write(_chunk({}, "stop") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(done), done))
        await writer.drain()


def _chunk(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    data = f"data: {json.dumps({'id': 'c', 'choices': [choice]})}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


@contextmanager
def speaking_model() -> Generator[str]:
    """Run the model; yield its address up to and including "/v1"."""
    command = [sys.executable, "-m", "bench.speaking"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int((process.stdout or sys.stdin).readline())
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


async def _serve() -> None:
    server = await asyncio.start_server(Model().answer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
