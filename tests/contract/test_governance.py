"""Nobody is broken by a change of the contract without being told first."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

ROOT = Path(__file__).resolve().parents[2]
BUF = Path(sys.executable).parent / "buf"
RELEASED = ROOT / "proto/released.binpb"
PACKAGE = "memsvc.v1"


def buf(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run buf and return what came of it."""
    return subprocess.run([BUF, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> FileDescriptorSet:
    """The contract as it is, with its comments."""
    path = tmp_path_factory.mktemp("contract") / "now.binpb"
    assert buf("build", "proto", "--as-file-descriptor-set", "--output", str(path)).returncode == 0
    return FileDescriptorSet.FromString(path.read_bytes())


@pytest.fixture(scope="module")
def released() -> FileDescriptorSet:
    """The contract as it was last released."""
    return FileDescriptorSet.FromString(RELEASED.read_bytes())


def test_the_contract_breaks_nobody() -> None:
    """Whatever was released is still there, under the same name and number, of the same type."""
    done = buf("breaking", "proto", "--against", str(RELEASED))

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("memory_service.proto", "string query = 2 [", "string question = 2 [", "changed name"),
        ("memory_service.proto", "int32 limit = 3 [", "int64 limit = 3 [", "changed type"),
        ("memory_service.proto", "int64 revision = 5;", "int64 revision = 55;", "deleted"),
        (
            "memory_service.proto",
            "repeated Memory memories = 4;",
            "Memory memories = 4;",
            "cardinality",
        ),
        ("memory.proto", "  ROLE_TOOL = 4;", "  ROLE_MACHINE = 4;", "changed name"),
        (
            "memory_service.proto",
            "rpc GetMemory(GetMemoryRequest) returns (GetMemoryResponse)",
            "rpc FetchMemory(GetMemoryRequest) returns (GetMemoryResponse)",
            "GetMemory",
        ),
        (
            "memory_service.proto",
            "rpc Recall(RecallRequest) returns (RecallResponse)",
            "rpc Recall(RecallRequest) returns (stream RecallResponse)",
            "stream",
        ),
    ],
)
def test_a_planted_break_is_caught(
    tmp_path: Path, file: str, before: str, after: str, told: str
) -> None:
    """Each way to break a caller makes the check fail, and the check says what it was."""
    for folder in ("proto", "third_party"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "buf.yaml", tmp_path)
    changed = tmp_path / "proto/memsvc/v1" / file
    text = changed.read_text("utf-8")
    assert text.count(before) >= 1
    changed.write_text(text.replace(before, after, 1), "utf-8")

    done = buf("breaking", "proto", "--against", str(RELEASED), cwd=tmp_path)

    assert done.returncode != 0
    assert told in done.stdout, done.stdout + done.stderr


def names(files: FileDescriptorSet) -> Iterator[str]:
    """Yield the name of everything in the contract."""
    for file in files.file:
        if file.package == PACKAGE:
            yield from names_of_file(file)


def names_of_file(file: FileDescriptorProto) -> Iterator[str]:
    """Yield services, methods, and what is in messages and enums."""
    for service in file.service:
        yield service.name
        yield from (f"{service.name}.{method.name}" for method in service.method)
    for message in file.message_type:
        yield from names_of_message(message, message.name)
    for enum in file.enum_type:
        yield from names_of_enum(enum, enum.name)


def names_of_message(message: DescriptorProto, name: str) -> Iterator[str]:
    """Yield the message, its fields, and what it nests."""
    yield name
    yield from (f"{name}.{field.name}" for field in message.field)
    for nested in message.nested_type:
        yield from names_of_message(nested, f"{name}.{nested.name}")
    for enum in message.enum_type:
        yield from names_of_enum(enum, f"{name}.{enum.name}")


def names_of_enum(enum: EnumDescriptorProto, name: str) -> Iterator[str]:
    """Yield the enum and its values."""
    yield name
    yield from (value.name for value in enum.value)


def test_the_contracts_changelog_names_what_is_new(
    now: FileDescriptorSet, released: FileDescriptorSet
) -> None:
    """Each RPC, message, field, enum and value since the last release stands in its first section.

    A new message or enum stands for what is in it.
    """
    text = (ROOT / "proto/CHANGELOG.md").read_text("utf-8")
    section = text.split("\n## ")[1]
    told = set(re.findall(r"`([\w.]+)`", section))
    new = set(names(now)) - set(names(released))
    missing = {
        name
        for name in new
        if name not in told
        and name.rpartition(".")[0] not in new
        and not any(value_of(name, enum) for enum in new)
    }

    assert not missing
    assert told - {"memsvc.v1"} <= set(names(now)), "the changelog names what is not there"


def value_of(name: str, enum: str) -> bool:
    """Whether *name* is a value of the enum called *enum*, by the naming rule of the contract."""
    prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enum.rpartition(".")[2]).upper()
    return name.startswith(f"{prefix}_")


def test_what_is_deprecated_says_since_when_and_what_instead(now: FileDescriptorSet) -> None:
    """A deprecated element's comment names the version and the replacement."""
    for file in now.file:
        if file.package != PACKAGE:
            continue
        comments = {tuple(p.path): p.leading_comments for p in file.source_code_info.location}
        for i, message in enumerate(file.message_type):
            for j, field in enumerate(message.field):
                if field.options.deprecated:
                    assert re.search(r"Deprecated since \d+\.\d+: use .+", comments[4, i, 2, j]), (
                        f"{message.name}.{field.name}"
                    )
