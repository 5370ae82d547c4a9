"""Write the contract as one OpenAPI document, or check that what is committed is up to date.

The generator gives one document a service. They are joined here, and what it cannot know is added:
how callers authenticate, and that the gateway carries a stream as a JSON array. It runs by Go.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "deploy/envoy/openapi.json"
BIN: Final = Path(sys.executable).parent
#: What an operation is called, and where in it a stream is a JSON array instead of one object.
STREAMS: Final = {
    "MemoryService_IngestStream": ("requestBody",),
    "MemoryService_Chat": ("responses", "200"),
    "JobService_WatchJob": ("responses", "200"),
}
INFO: Final = {
    "title": "memsvc",
    "version": "v1",
    "description": (
        "Long-term memory for AI applications, as JSON. The contract is memsvc.v1; a gateway "
        "translates. A call may set its deadline by the header `grpc-timeout`, such as `5S`."
    ),
}
SECURITY: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key or a JWT."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
}


def generated() -> dict[str, Any]:
    """Return the document for the contract as it is."""
    path = os.pathsep.join((str(BIN), os.environ.get("PATH", "")))
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(
            ["buf", "generate", "--template", "buf.gen.openapi.yaml", "--output", name],
            cwd=ROOT,
            check=True,
            env={**os.environ, "PATH": path},
        )
        parts = [json.loads(file.read_text()) for file in sorted(Path(name).rglob("*.json"))]
    document: dict[str, Any] = {
        "openapi": parts[0]["openapi"],
        "info": INFO,
        "servers": [{"url": "http://127.0.0.1:8080"}],
        "security": [{name: []} for name in SECURITY],
        "tags": [],
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": SECURITY},
    }
    for part in parts:
        document["tags"] += part.get("tags", [])
        document["paths"] |= part["paths"]
        document["components"]["schemas"] |= part["components"]["schemas"]
    for methods in document["paths"].values():
        for operation in methods.values():
            _make_stream(operation)
    for group in (document["paths"], document["components"]["schemas"]):
        ordered = sorted(group.items())
        group.clear()
        group.update(ordered)
    return document


def _make_stream(operation: dict[str, Any]) -> None:
    """Say that a stream is an array."""
    place: Any = operation
    for key in STREAMS.get(operation["operationId"], ()):
        place = place[key]
    if place is not operation:
        content = place["content"]["application/json"]
        content["schema"] = {"type": "array", "items": content["schema"]}


def main() -> int:
    """Write the document, or with --check compare it; return the exit status."""
    text = json.dumps(generated(), indent=1, ensure_ascii=False) + "\n"
    if "--check" not in sys.argv:
        TARGET.write_text(text, "utf-8")
        return 0
    is_fresh = TARGET.exists() and TARGET.read_text("utf-8") == text
    print("the OpenAPI document is up to date" if is_fresh else f"stale: {TARGET.name}")
    return 0 if is_fresh else 1


if __name__ == "__main__":
    sys.exit(main())
