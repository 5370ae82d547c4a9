"""Generate what is made of the contract, or check that what is committed is up to date.

One stripped tree serves server and clients: validation and HTTP annotations are dropped, so that it
imports nothing but google.protobuf and grpc, and imports are made relative, so that the same bytes
work under any package. The annotated descriptors travel beside it as a file, for validation, and
for gateways; stripped ones go to the clients that make their code when they are built.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TREES = (ROOT / "memsvc" / "v1", ROOT / "clients/python/src/memsvc_client/_pb")
SCHEMA = ROOT / "memsvc" / "rpc" / "schema.binpb"
#: The contract for clients that make their code when they are built, without protoc or buf.
CLIENT_SCHEMAS = (
    ROOT / "clients/java/src/main/descriptors/memsvc.binpb",
    ROOT / "clients/rust/proto/memsvc.binpb",
)
INIT = '"""Generated from proto/memsvc/v1 by tools/generate_stubs.py; do not edit."""\n'
ABSOLUTE_IMPORT = re.compile(r"^from memsvc\.v1 import", re.MULTILINE)
ABSOLUTE_MODULE = re.compile(r"^import memsvc\.v1\.(\w+)$", re.MULTILINE)
MODULE_USE = re.compile(r"\bmemsvc\.v1\.(\w+_pb2(?:_grpc)?)\.")
#: The contract and the types of error details, annotated, for gateways that speak JSON.
GATEWAY_SCHEMA = ROOT / "deploy/envoy/memsvc.binpb"
#: The contract for people.
PAGE = ROOT / "docs/contract.md"


def run(*command: str) -> None:
    """Run *command* in the root folder; raise CalledProcessError if it fails."""
    path = os.pathsep.join((str(BIN), os.environ.get("PATH", "")))
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "PATH": path})


def relative_imports(code: str) -> str:
    """Turn absolute imports of the generated package in *code* into relative ones."""
    code = ABSOLUTE_IMPORT.sub("from . import", code)
    code = ABSOLUTE_MODULE.sub(r"from . import \1", code)
    return MODULE_USE.sub(r"\1.", code)


def stripped(schema: bytes) -> bytes:
    """Return the descriptor set *schema* with its comments, but without annotations and their files."""
    files = FileDescriptorSet.FromString(schema)
    kept = [
        file
        for file in files.file
        if file.package in {"memsvc.v1", "google.protobuf"}
        and file.name != "google/protobuf/descriptor.proto"  # only annotations need it
    ]
    names = {file.name for file in kept}
    for file in kept:
        file.DiscardUnknownFields()  # the annotations: their definitions are not imported here
        used = [name for name in file.dependency if name in names]
        del file.dependency[:]
        file.dependency.extend(used)
        if file.package == "memsvc.v1":
            file.options.java_package = "dev.memsvc.v1"
            file.options.java_multiple_files = True
    return FileDescriptorSet(file=kept).SerializeToString(deterministic=True)


def generate(folder: Path) -> tuple[Path, dict[Path, Path]]:
    """Generate into *folder*; return the Python tree, and single files by where they belong."""
    run("buf", "generate", "--output", str(folder))
    tree = folder / "memsvc" / "v1"
    for path in tree.glob("*.py*"):
        path.write_text(relative_imports(path.read_text()))
        if "_pb2_grpc" in path.name and "_service_" not in path.name:
            path.unlink()  # only files with a service have something to say here
    (tree / "__init__.py").write_text(INIT)
    (tree / "py.typed").touch()

    build = ("buf", "build", "--as-file-descriptor-set")
    schema, gateway = folder / "schema.binpb", folder / "gateway.binpb"
    run(*build, "proto", "--exclude-source-info", "--output", str(schema))
    run(*build, "--exclude-source-info", "--output", str(gateway))
    commented, clients = folder / "commented.binpb", folder / "clients.binpb"
    run(*build, "proto", "--output", str(commented))
    clients.write_bytes(stripped(commented.read_bytes()))
    page = folder / "contract.md"
    run(sys.executable, "tools/contract_page.py", str(commented), str(page))
    files = {SCHEMA: schema, GATEWAY_SCHEMA: gateway, PAGE: page}
    return tree, files | dict.fromkeys(CLIENT_SCHEMAS, clients)


def stale(tree: Path, files: dict[Path, Path]) -> list[str]:
    """Return the committed paths that differ from what was generated."""
    differences = [
        target
        for target, source in files.items()
        if not target.exists() or not filecmp.cmp(source, target, shallow=False)
    ]
    fresh = {path.name for path in tree.iterdir()}
    for target in TREES:
        there = {p.name for p in target.iterdir() if p.is_file()} if target.exists() else set()
        differences += [target / name for name in fresh ^ there]
        differences += [
            target / name
            for name in fresh & there
            if not filecmp.cmp(tree / name, target / name, shallow=False)
        ]
    return sorted(str(path.relative_to(ROOT)) for path in differences)


def main() -> int:
    """Write the generated code, or with --check compare it; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as name:
        tree, files = generate(Path(name))
        differences = stale(tree, files)
        if check:
            print(
                "\n".join(f"stale: {path}" for path in differences)
                or "generated code is up to date"
            )
            return 1 if differences else 0
        for target in TREES:
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(tree, target)
        for target, source in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    print(f"wrote {len(differences)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
