"""Who may do what: scopes, roles of accounts, and the one table of what each RPC needs.

What is not in the table may be called by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from typing import Final


class Scope(StrEnum):
    """One thing that a caller may do."""

    INGEST = "ingest"
    RECALL = "recall"
    SEARCH = "search"
    CONSCIOUS = "conscious"
    CHAT = "chat"
    MEMORY_READ = "memory.read"
    MEMORY_WRITE = "memory.write"
    MEMORY_DELETE = "memory.delete"
    #: To write instructions that language models are given; more than to write what they recall.
    PERSONA_WRITE = "persona.write"
    USER_DELETE = "user.delete"
    USER_EXPORT = "user.export"
    JOB_READ = "job.read"
    JOB_WRITE = "job.write"
    KEY_ADMIN = "key.admin"
    TENANT_ADMIN = "tenant.admin"
    RETENTION_ADMIN = "retention.admin"
    TRUST_ADMIN = "trust.admin"
    AUDIT_READ = "audit.read"
    #: To let the accounts of the tenant register, log in and refresh.
    AUTH = "auth"


ALL_SCOPES: Final = frozenset(str(scope) for scope in Scope)


class Everybody(Enum):
    """What an RPC needs that needs no scope."""

    #: Any valid credential will do.
    WITH_CREDENTIAL = "any credential"
    #: Nothing: it is how one gets a credential.
    AT_ALL = "nothing"


class AccountRole(StrEnum):
    """What an account is to its tenant."""

    #: May do everything, for all users.
    ADMIN = "admin"
    #: May do everything with its own memory, but erase or export it as a whole.
    USER = "user"
    #: May look at its own memory.
    READ_ONLY = "read_only"


_LOOKING: Final = frozenset({
    Scope.RECALL,
    Scope.SEARCH,
    Scope.CONSCIOUS,
    Scope.MEMORY_READ,
    Scope.JOB_READ,
})
_ROLES: Final[Mapping[AccountRole, frozenset[str]]] = {
    AccountRole.ADMIN: ALL_SCOPES,
    AccountRole.USER: frozenset(
        map(
            str,
            _LOOKING
            | {
                Scope.INGEST,
                Scope.CHAT,
                Scope.MEMORY_WRITE,
                Scope.MEMORY_DELETE,
                Scope.PERSONA_WRITE,
                Scope.JOB_WRITE,
            },
        )
    ),
    AccountRole.READ_ONLY: frozenset(map(str, _LOOKING)),
}


def scopes_of(role: AccountRole) -> frozenset[str]:
    """Return what an account of this role may do."""
    return _ROLES[role]


_SERVICES: Final[Mapping[str, Mapping[str, Scope | Everybody]]] = {
    "MemoryService": {
        "Ingest": Scope.INGEST,
        "IngestStream": Scope.INGEST,
        "Recall": Scope.RECALL,
        "Evaluate": Scope.RECALL,
        "Conscious": Scope.CONSCIOUS,
        "Search": Scope.SEARCH,
        "Chat": Scope.CHAT,
        "CreateMemory": Scope.MEMORY_WRITE,
        "UpdateMemory": Scope.MEMORY_WRITE,
        "GetMemory": Scope.MEMORY_READ,
        "GetMemorySource": Scope.MEMORY_READ,
        "ListMemories": Scope.MEMORY_READ,
        "ListMemoryTimeline": Scope.MEMORY_READ,
        "FindSimilarMemories": Scope.MEMORY_READ,
        "DeleteMemory": Scope.MEMORY_DELETE,
        "BatchDeleteMemories": Scope.MEMORY_DELETE,
        "Consolidate": Scope.JOB_WRITE,
        # It stores nothing, but may ask a language model.
        "ExtractFacts": Scope.INGEST,
    },
    "ConversationService": {
        "CreateConversation": Scope.MEMORY_WRITE,
        "GetConversation": Scope.MEMORY_READ,
        "ListConversations": Scope.MEMORY_READ,
        "UpdateConversation": Scope.MEMORY_WRITE,
        "DeleteConversation": Scope.MEMORY_DELETE,
        "BatchArchiveConversations": Scope.MEMORY_WRITE,
        "BatchDeleteConversations": Scope.MEMORY_DELETE,
        "TruncateConversation": Scope.MEMORY_DELETE,
        "GetConversationStats": Scope.MEMORY_READ,
        "RenderConversation": Scope.MEMORY_READ,
        "ListMessages": Scope.MEMORY_READ,
        "GetMessage": Scope.MEMORY_READ,
        "GetMessageThread": Scope.MEMORY_READ,
        "UpdateMessage": Scope.MEMORY_WRITE,
        "DeleteMessage": Scope.MEMORY_DELETE,
        "BatchUpdateMessages": Scope.MEMORY_WRITE,
        "BatchDeleteMessages": Scope.MEMORY_DELETE,
    },
    # What a member of a project may do in it is decided besides, by the member's role.
    "ProjectService": {
        "CreateProject": Scope.MEMORY_WRITE,
        "GetProject": Scope.MEMORY_READ,
        "ListProjects": Scope.MEMORY_READ,
        "UpdateProject": Scope.MEMORY_WRITE,
        "DeleteProject": Scope.MEMORY_DELETE,
        "AddProjectMember": Scope.MEMORY_WRITE,
        "UpdateProjectMember": Scope.MEMORY_WRITE,
        "RemoveProjectMember": Scope.MEMORY_WRITE,
        "ListProjectMembers": Scope.MEMORY_READ,
    },
    "JobService": {
        "GetJob": Scope.JOB_READ,
        "WatchJob": Scope.JOB_READ,
        "ListDeadJobs": Scope.JOB_READ,
        "RequeueJob": Scope.JOB_WRITE,
    },
    "ProviderService": {
        "ListProviders": Scope.CHAT,
        "ListModels": Scope.CHAT,
    },
    "AdminService": {
        "GetServerInfo": Everybody.WITH_CREDENTIAL,
        "GetLimits": Everybody.WITH_CREDENTIAL,
        "GetQuota": Everybody.WITH_CREDENTIAL,
        "ListAuditEntries": Scope.AUDIT_READ,
        "VerifyAuditLog": Scope.AUDIT_READ,
        "GetCacheStats": Scope.TENANT_ADMIN,
        "ClearCache": Scope.TENANT_ADMIN,
    },
    "PersonaService": {
        "CreatePersona": Scope.PERSONA_WRITE,
        "GetPersona": Scope.MEMORY_READ,
        "ListPersonas": Scope.MEMORY_READ,
        "UpdatePersona": Scope.PERSONA_WRITE,
        "DeletePersona": Scope.PERSONA_WRITE,
    },
    "ProfileService": {
        "GetPreferences": Scope.MEMORY_READ,
        "UpdatePreferences": Scope.MEMORY_WRITE,
        "GetProfile": Scope.CONSCIOUS,
    },
    "UserService": {
        "EraseUser": Scope.USER_DELETE,
        "ReopenUser": Scope.USER_DELETE,
        "ExportUser": Scope.USER_EXPORT,
        "ImportUser": Scope.USER_EXPORT,
    },
    "TrustService": {
        "ListQuarantinedMemories": Scope.TRUST_ADMIN,
        "ApproveMemories": Scope.TRUST_ADMIN,
        "RejectMemories": Scope.TRUST_ADMIN,
    },
    "RetentionService": {
        "GetRetentionPolicy": Scope.RETENTION_ADMIN,
        "SetRetentionPolicy": Scope.RETENTION_ADMIN,
        "CreateRetentionRule": Scope.RETENTION_ADMIN,
        "GetRetentionRule": Scope.RETENTION_ADMIN,
        "ListRetentionRules": Scope.RETENTION_ADMIN,
        "UpdateRetentionRule": Scope.RETENTION_ADMIN,
        "DeleteRetentionRule": Scope.RETENTION_ADMIN,
        "RunRetention": Scope.RETENTION_ADMIN,
        "SetHold": Scope.RETENTION_ADMIN,
        "LiftHold": Scope.RETENTION_ADMIN,
        "ListHolds": Scope.RETENTION_ADMIN,
        "ListArchivedMemories": Scope.RETENTION_ADMIN,
        "RestoreMemories": Scope.RETENTION_ADMIN,
    },
    "ApiKeyService": {
        "CreateApiKey": Scope.KEY_ADMIN,
        "ListApiKeys": Scope.KEY_ADMIN,
        "RevokeApiKey": Scope.KEY_ADMIN,
        "RestoreApiKey": Scope.KEY_ADMIN,
        "RotateApiKey": Scope.KEY_ADMIN,
        "DeleteApiKey": Scope.KEY_ADMIN,
    },
    "AuthService": {
        "Register": Everybody.AT_ALL,
        "Login": Everybody.AT_ALL,
        "Refresh": Everybody.AT_ALL,
        "CreateInvitation": Scope.KEY_ADMIN,
        # They are about the account that calls, and refused to what is none.
        "Logout": Everybody.WITH_CREDENTIAL,
        "GetMe": Everybody.WITH_CREDENTIAL,
        "UpdateMe": Everybody.WITH_CREDENTIAL,
        "ChangePassword": Everybody.WITH_CREDENTIAL,
    },
}
#: What each RPC of the contract needs, by its full name.
NEEDS: Final[Mapping[str, Scope | Everybody]] = {
    f"memsvc.v1.{service}/{method}": need
    for service, methods in _SERVICES.items()
    for method, need in methods.items()
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a credential stands for."""

    tenant_id: str
    #: Who it is, for logs and the audit log; never a secret.
    principal: str
    scopes: frozenset[str]
    #: The one user whose data it may touch; "" for any user of the tenant.
    user_id: str = ""
    #: Of an account: the session that calls.
    session_id: str = ""


#: The tenant of a server on loopback without credentials.
DEFAULT_TENANT: Final = "default"
#: Whoever calls such a server.
ANYBODY: Final = Identity(DEFAULT_TENANT, "open", ALL_SCOPES)


def is_public(rpc: str) -> bool:
    """Return whether the RPC with this full name is how one gets a credential."""
    return NEEDS.get(rpc) is Everybody.AT_ALL


def missing_scope(rpc: str, scopes: frozenset[str]) -> str | None:
    """Return the scope that a caller with these *scopes* lacks for an RPC, None if it may go on.

    What is not in the table needs a scope that does not exist.
    """
    need = NEEDS.get(rpc)
    if need is None:
        return rpc
    if isinstance(need, Everybody) or need in scopes:
        return None
    return str(need)


def narrowed(one: Identity, other: Identity) -> Identity | None:
    """Return what a caller may do who proves to be both; None if nobody can be both."""
    users = {user for user in (one.user_id, other.user_id) if user}
    if one.tenant_id != other.tenant_id or len(users) > 1:
        return None
    return replace(one, scopes=one.scopes & other.scopes, user_id="".join(users))
