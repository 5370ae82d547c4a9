"""F36: whatever stands in whatever text field of whatever RPC, it is text and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

import memsvc
from tests.isolation.requests import IdField, placed, request, string_fields
from tests.isolation.test_matrix import as_user, case_id
from tests.isolation.world import World
from tests.support.wire import Refused, Wire

HOSTILE: Final = (
    "'); drop table memory; --",
    "' or tenant_id <> '",
    '"; select pg_sleep(9); --',
    "%s %(tenant_id)s {table} $1 \\",
    "(((:*&|!'",
)
#: A caller's mistake, or none; never a fault of the server's.
FINE: Final = {
    "OK",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "FAILED_PRECONDITION",
    "UNIMPLEMENTED",
    "PERMISSION_DENIED",
    "UNAUTHENTICATED",
    "ALREADY_EXISTS",
    "ABORTED",
}


def ended(caller: Wire, method: str, fields: dict[str, Any]) -> tuple[str, str]:
    """Return how a call ended, and what it said."""
    try:
        caller.call(method, **fields)
    except Refused as end:
        return end.code, end.message
    return "OK", ""


@pytest.mark.parametrize("case", string_fields(), ids=case_id)
def test_hostile_text_does_nothing(acme: Wire, theirs: World, case: IdField) -> None:
    """The call ends well or as the caller's mistake, tells nothing internal, and harms nobody."""
    before = theirs.snapshot()
    for text in HOSTILE:
        fields = as_user(request(case.method), f"tester-{uuid4()}")
        code, message = ended(acme, case.method, placed(fields, case, text))
        assert code in FINE, (code, text)
        assert not any(word in message.lower() for word in ("syntax", "psycopg", "sql"))
    assert theirs.snapshot() == before


@pytest.mark.parametrize("case", string_fields(), ids=case_id)
def test_a_nul_byte_is_refused_wherever_it_stands(acme: Wire, case: IdField) -> None:
    """F32: INVALID_ARGUMENT with the reason NUL_BYTE and the field named, before anything is done."""
    fields = as_user(request(case.method), f"tester-{uuid4()}")
    if case.method == "MemoryService/IngestStream":
        # The others of a stream still count: it tells which batch was refused, and why.
        reply = acme.call(case.method, **placed(fields, case, "a\0b"))
        assert [error.reason for error in reply.errors] == ["NUL_BYTE"]
        return
    with pytest.raises(Refused) as caught:
        acme.call(case.method, **placed(fields, case, "a\0b"))

    assert (caught.value.code, caught.value.reason) == ("INVALID_ARGUMENT", "NUL_BYTE")
    assert case.path[-1] in caught.value.metadata["field"]


def test_no_statement_is_put_together_from_text() -> None:
    """Nothing that is given to the driver is made by formatting: a literal, or a statement's name."""
    offenders = []
    for path in Path(memsvc.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in {"execute", "executemany", "stream"} or not node.args:
                continue
            made = isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
            if made:
                offenders.append(f"{path}:{node.lineno}")
    assert not offenders
