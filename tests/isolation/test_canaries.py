"""T3, bounded: 20 tenants, 20,000 reads, some of them with forged ids, and not one foreign word."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

from tests.isolation.world import World, made
from tests.support.server import ServerProcess
from tests.support.wire import Refused, Wire

TENANTS: Final = 20
READS: Final = 20_000
#: The share of reads with somebody else's ids.
FORGED: Final = 0.01
#: Calls at once: those of several tenants go through the same connections in turn.
CALLERS: Final = 8
SEED: Final = 20


class Tenant:
    """A tenant whose every text holds a word that nobody else's does."""

    def __init__(self, target: str, key: str, number: int) -> None:
        """Fill it."""
        self.canary = f"zebrafinch{number:04d}x"
        self.wire = Wire(target, key)
        self.user = "same-user"
        self.memory_ids: list[str] = []
        for text in ("I like tea", "My dog is Rex", "I live in Oslo"):
            reply = self.wire.call(
                "MemoryService/CreateMemory", user_id=self.user, content=f"{text} {self.canary}."
            )
            self.memory_ids.append(reply.memory.memory_id)
        reply = self.wire.call(
            "MemoryService/Ingest",
            user_id=self.user,
            conversation_id="same-conversation",
            messages=[{"message_id": "same-message", "content": f"Hello {self.canary}."}],
        )
        self.job_id = reply.job_id


@pytest.fixture(scope="module")
def tenants(
    keys_of_many: dict[str, str], all_credentials: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Tenant]]:
    """All tenants, with the same user, conversation and message ids, on a server of their own."""
    folder = tmp_path_factory.mktemp("canaries")
    process = ServerProcess(
        folder / "log",
        data_dir=str(folder / "data"),
        credentials_file=str(all_credentials),
        embedder="none",
        drain_seconds="0",
        log_level="warning",
    )
    with process:
        yield [
            Tenant(process.target, key, number) for number, key in enumerate(keys_of_many.values())
        ]


def read(tenant: Tenant, ids: Tenant, chance: random.Random) -> str:
    """Return what a read of *tenant* shows, with the ids of another one if these are forged."""
    memory_id = chance.choice(ids.memory_ids)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("MemoryService/Recall", {"user_id": tenant.user, "query": "tea dog Oslo"}),
        ("MemoryService/Search", {"query": "zebrafinch* tea dog"}),
        ("MemoryService/Conscious", {"user_id": tenant.user}),
        ("MemoryService/ListMemories", {"user_id": tenant.user}),
        ("MemoryService/GetMemory", {"memory_id": memory_id}),
        ("MemoryService/GetMemorySource", {"memory_id": memory_id}),
        ("MemoryService/ListMemoryTimeline", {"user_id": tenant.user}),
        ("JobService/GetJob", {"job_id": ids.job_id}),
        ("UserService/ExportUser", {"user_id": tenant.user}),
    ]
    method, fields = chance.choice(calls)
    try:
        return str(tenant.wire.call(method, **fields))
    except Refused as end:
        return str(end)


@pytest.mark.timeout(900)
def test_no_read_shows_a_word_of_another_tenant(tenants: list[Tenant]) -> None:
    """However reads of many tenants mix on the same connections, each sees its own words alone."""
    canaries = {tenant.canary for tenant in tenants}

    def reads(seed: int) -> tuple[int, list[str]]:
        chance = random.Random(SEED + seed)
        own, leaks = 0, []
        for _ in range(READS // CALLERS):
            tenant = chance.choice(tenants)
            ids = chance.choice(tenants) if chance.random() < FORGED else tenant
            shown = read(tenant, ids, chance)
            own += tenant.canary in shown
            leaks += [word for word in canaries - {tenant.canary} if word in shown]
        return own, leaks

    with ThreadPoolExecutor(CALLERS) as pool:
        found = list(pool.map(reads, range(CALLERS)))

    assert [leaks for _, leaks in found if leaks] == []
    assert sum(own for own, _ in found) > READS // 2


PAGED: Final[dict[str, dict[str, Any]]] = {
    "MemoryService/ListMemories": {"user_id": "same-user"},
    "MemoryService/Search": {"query": "tea OR dog OR Oslo", "mode": "SEARCH_MODE_FULL_TEXT"},
    "ApiKeyService/ListApiKeys": {},
    "AdminService/ListAuditEntries": {},
}


@pytest.mark.parametrize("method", sorted(PAGED))
def test_a_page_token_of_another_tenant_opens_nothing(
    acme: Wire, globex: Wire, theirs: World, method: str
) -> None:
    """Another tenant's token, a changed one and an invented one are refused alike."""
    assert theirs.user_id
    for owner in (acme, globex):
        world = made(owner)
        fields = PAGED[method] | ({"user_id": world.user_id} if "user_id" in PAGED[method] else {})
        for _ in range(2):
            owner.call("MemoryService/CreateMemory", user_id=world.user_id, content="tea, my dog")
    page = globex.call(method, page_size=1, **fields)
    token = page.next_page_token
    assert token
    raw = bytearray(base64.urlsafe_b64decode(token + "=="))
    changed = []
    for place in (0, len(raw) // 2, len(raw) - 1):
        raw[place] ^= 1
        changed.append(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="))
        raw[place] ^= 1
    ends = set()
    for caller, text in (
        (acme, token),
        *((globex, text) for text in changed),
        (globex, token[: len(token) // 2]),
        (globex, "x"),
        (globex, base64.urlsafe_b64encode(b'["2020-01-01",1]').decode()),
    ):
        with pytest.raises(Refused) as caught:
            caller.call(method, page_size=1, page_token=text, **fields)
        ends.add((caught.value.code, caught.value.reason))
    assert ends == {("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")}
    assert globex.call(method, page_size=1, page_token=token, **fields)
