"""Somebody else's world: one thing of each kind, and whether it is still as it was."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from google.protobuf import json_format

from memsvc.v1 import user_service_pb2
from tests.support.server import CANARY
from tests.support.wire import Refused, Wire

#: What differs from call to call without saying anything.
_MOVING: Final = re.compile(
    r"time$|Time$|^duration|^etag$|^revision$|[hH]ash$|[sS]equence$|^secret$|[tT]oken$|entryCount|^used$"
)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: What fences a context block, and marks words in it.
_MARK: Final = re.compile(r"\bm[0-9a-f]{32}\b|[\ue000-\uf8ff]")
_PROJECT_ID: Final = re.compile(f"msproj-{_UUID.pattern}")
_KEY_ID: Final = re.compile(r"\b[A-Z2-7]{12}\b")


@dataclass(frozen=True, slots=True)
class World:
    """What somebody has, by the names of the fields that could hold it."""

    owner: Wire
    user_id: str
    ids: dict[str, str]

    def snapshot(self) -> list[Any]:
        """Return all that the owner sees of it."""
        exported = self.owner.call("UserService/ExportUser", user_id=self.user_id)
        lines = "".join(piece.lines for piece in exported).splitlines()
        keys = self.owner.call("ApiKeyService/ListApiKeys", page_size=500).api_keys
        rules = self.owner.call("RetentionService/ListRetentionRules").rules
        holds = self.owner.call("RetentionService/ListHolds").holds
        own = {"user_id": self.user_id, "project_id": self.ids["project_id"]}
        project = self.owner.call("ProjectService/GetProject", **own).project
        members = self.owner.call("ProjectService/ListProjectMembers", **own).members
        job = self.owner.call("JobService/GetJob", job_id=self.ids["job_id"]).job
        return [
            [{**json.loads(line), "export_time": None} for line in lines],
            sorted(key.key_id for key in keys if key.key_id == self.ids["key_id"]),
            [
                (key.name, key.revoke_time.seconds)
                for key in keys
                if key.key_id == self.ids["key_id"]
            ],
            sorted(rule.name for rule in rules if rule.rule_id == self.ids["rule_id"]),
            [hold.user_id for hold in holds if hold.user_id == self.user_id],
            (job.job_id, job.user_id),
            (project.name, project.etag, [member.member_user_id for member in members]),
        ]


def made(owner: Wire) -> World:
    """Make a world for a new user of the owner's."""
    user = f"their-user-{uuid4()}"
    request_id = f"their-request-{uuid4()}"
    conversation, agent = (f"their-{n}-{uuid4()}" for n in ("talk", "agent"))
    project = owner.call(
        "ProjectService/CreateProject", user_id=user, name=f"{CANARY} project"
    ).project.project_id
    message = f"their-message-{uuid4()}"
    reply = owner.call(
        "MemoryService/Ingest",
        user_id=user,
        conversation_id=conversation,
        project_id=project,
        agent_id=agent,
        request_id=request_id,
        messages=[{"message_id": message, "content": f"{CANARY}: my tea is secret."}],
    )
    note = owner.call("MemoryService/CreateMemory", user_id=user, content=f"{CANARY} note of tea")
    key = owner.call("ApiKeyService/CreateApiKey", name="theirs", scopes=["recall"], user_id=user)
    rule = owner.call(
        "RetentionService/CreateRetentionRule",
        rule={
            "name": f"theirs {secrets.token_hex(4)}",
            "action": "RETENTION_ACTION_HOLD",
            "condition": {"user_ids": [user]},
        },
    )
    persona = f"their-persona-{uuid4()}"
    owner.call(
        "PersonaService/CreatePersona",
        persona={
            "persona_id": persona,
            "user_id": user,
            "name": "theirs",
            "system_prompt": f"Speak of {CANARY}.",
        },
    )
    owner.call(
        "ProfileService/UpdatePreferences",
        preferences={"user_id": user, "nickname": f"{CANARY} the first"},
    )
    return World(
        owner,
        user,
        {
            "user_id": user,
            "conversation_id": conversation,
            "message_id": message,
            "parent_message_id": message,
            "after_message_id": message,
            "user_message_id": message,
            "member_user_id": user,
            "owner_user_id": user,
            "relevant_id": message,
            "source_message_id": message,
            "memory_id": note.memory.memory_id,
            "job_id": reply.job_id,
            "project_id": project,
            "agent_id": agent,
            "request_id": request_id,
            "key_id": key.api_key.key_id,
            "rule_id": rule.rule.rule_id,
            "persona_id": persona,
        },
    )


def never(like: str) -> str:
    """Return an id of the same form that never was."""
    if _UUID.fullmatch(like) or _PROJECT_ID.fullmatch(like):
        return _UUID.sub(lambda _: str(uuid4()), like)
    if _KEY_ID.fullmatch(like):
        return "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(12))
    return f"never-{uuid4()}"


def outcome(caller: Wire, method: str, fields: dict[str, Any], value: str) -> Any:
    """Return how a call ends, without what tells nothing: ids that were sent or made, times, counts."""
    try:
        answer = caller.call(method, **fields)
    except Refused as end:
        return (end.code, end.reason, _plain(end.message, value), sorted(end.metadata))
    answers = answer if isinstance(answer, list) else [answer]
    return [_bare(_dict(one), value) for one in answers]


def _dict(answer: Any) -> Any:
    if isinstance(answer, user_service_pb2.ExportUserResponse):
        return [json.loads(line) for line in answer.lines.splitlines()]
    return json_format.MessageToDict(answer)


def _bare(found: Any, value: str) -> Any:
    if isinstance(found, dict):
        return {key: _bare(each, value) for key, each in found.items() if not _MOVING.search(key)}
    if isinstance(found, list):
        return [_bare(each, value) for each in found]
    return _plain(found, value) if isinstance(found, str) else found


def _plain(text: str, value: str) -> str:
    text = text.replace(value, "<id>") if value else text
    return _MARK.sub("<mark>", _KEY_ID.sub("<key>", _UUID.sub("<uuid>", text)))
