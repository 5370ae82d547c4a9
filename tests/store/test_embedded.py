"""The embedded Postgres: its programs are started from a process that does other things as well."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

#: Calls without end in three threads, and meanwhile other programs as the starter of Postgres starts
#: its own: by a fork.
PROGRAM: Final = """
import os, subprocess, threading
import memsvc
import grpc
from concurrent.futures import ThreadPoolExecutor

class Echo(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(lambda request, context: request)

server = grpc.server(ThreadPoolExecutor(4), handlers=[Echo()])
port = server.add_insecure_port("127.0.0.1:0")
server.start()

def call(called):
    echo = grpc.insecure_channel(f"127.0.0.1:{port}").unary_unary("/echo/Echo")
    while True:
        echo(b"")
        called.set()

for _ in range(3):
    called = threading.Event()
    threading.Thread(target=call, args=[called], daemon=True).start()
    called.wait()
for _ in range(100):
    subprocess.run(["true"], check=True, preexec_fn=os.getpid)
os._exit(0)
"""


def test_programs_start_while_calls_are_under_way() -> None:
    """Nothing is done to gRPC at a fork: neither its warning nor a crash of the child is seen."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False
    )

    assert (ended.returncode, ended.stderr) == (0, "")
