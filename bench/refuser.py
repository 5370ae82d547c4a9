"""The least that refusing costs: a bare gRPC server that refuses every call, in a process of its own.

`python -m bench.refuser`: prints its port and refuses until its standard input is closed.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import grpc


async def _refuse(_: object, context: grpc.aio.ServicerContext[Any, Any]) -> None:
    await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "no place")


class _Refusing(grpc.GenericRpcHandler):
    def service(self, _: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        return grpc.stream_stream_rpc_method_handler(_refuse)


async def serve() -> None:
    """Refuse until standard input ends."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((_Refusing(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(serve())
