"""What each call costs its tenant, and which calls go first when not all can be served."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Priority(IntEnum):
    """Who goes first where calls wait: the lower number."""

    #: Never limited: what tells how a server is, and takes access away.
    CONTROL = 0
    #: Somebody waits for an answer.
    ANSWER = 1
    WRITE = 2
    BROWSE = 3
    BULK = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call costs."""

    priority: Priority
    #: Units of the tenant's rate.
    units: float = 1.0
    #: So many bytes of a request cost a unit more; 0 for none.
    bytes_per_unit: int = 0
    #: A stream, or a call that mostly waits for a language model or works through much: it has no place
    #: among the quick ones, which would wait for it.
    lasting: bool = False

    def of(self, request_bytes: int) -> float:
        """Return the units of a call with a request of so many bytes."""
        extra = request_bytes / self.bytes_per_unit if self.bytes_per_unit else 0.0
        return self.units + extra


_KIB4: Final = 4096
_CONTROL: Final = Cost(Priority.CONTROL, 0.0)
_READ: Final = Cost(Priority.BROWSE, 0.5)
_MANAGE: Final = Cost(Priority.WRITE, 1.0)
#: By service and method. What is not listed costs as much as a call that manages something.
COSTS: Final = {
    "MemoryService/Ingest": Cost(Priority.WRITE, 2.0, _KIB4),
    "MemoryService/IngestStream": Cost(Priority.BULK, 0.0, _KIB4, lasting=True),
    "MemoryService/Recall": Cost(Priority.ANSWER, 1.0),
    "MemoryService/Conscious": Cost(Priority.ANSWER, 0.5),
    "MemoryService/Search": Cost(Priority.BROWSE, 1.0),
    "MemoryService/Chat": Cost(Priority.ANSWER, 20.0, lasting=True),
    "MemoryService/CreateMemory": Cost(Priority.WRITE, 2.0, _KIB4),
    "MemoryService/UpdateMemory": Cost(Priority.WRITE, 2.0, _KIB4),
    "MemoryService/DeleteMemory": Cost(Priority.WRITE, 1.0),
    "MemoryService/BatchDeleteMemories": Cost(Priority.WRITE, 5.0, lasting=True),
    "MemoryService/GetMemory": _READ,
    "MemoryService/GetMemorySource": _READ,
    "MemoryService/ListMemories": _READ,
    "MemoryService/ListMemoryTimeline": _READ,
    "MemoryService/FindSimilarMemories": Cost(Priority.BROWSE, 1.0),
    "MemoryService/Evaluate": Cost(Priority.BULK, 20.0, _KIB4, lasting=True),
    "MemoryService/Consolidate": Cost(Priority.WRITE, 5.0),
    "MemoryService/ExtractFacts": Cost(Priority.WRITE, 10.0, lasting=True),
    "ConversationService/CreateConversation": _MANAGE,
    "ConversationService/GetConversation": _READ,
    "ConversationService/ListConversations": _READ,
    "ConversationService/UpdateConversation": _MANAGE,
    "ConversationService/DeleteConversation": Cost(Priority.WRITE, 5.0, lasting=True),
    "ConversationService/BatchArchiveConversations": Cost(Priority.WRITE, 5.0, lasting=True),
    "ConversationService/BatchDeleteConversations": Cost(Priority.WRITE, 20.0, lasting=True),
    "ConversationService/TruncateConversation": Cost(Priority.WRITE, 5.0, lasting=True),
    "ConversationService/GetConversationStats": _READ,
    "ConversationService/RenderConversation": Cost(Priority.BROWSE, 1.0),
    "ConversationService/ListMessages": _READ,
    "ConversationService/GetMessage": _READ,
    "ConversationService/GetMessageThread": _READ,
    "ConversationService/UpdateMessage": Cost(Priority.WRITE, 2.0, _KIB4),
    "ConversationService/DeleteMessage": Cost(Priority.WRITE, 1.0),
    "ConversationService/BatchUpdateMessages": Cost(Priority.WRITE, 20.0, _KIB4, lasting=True),
    "ConversationService/BatchDeleteMessages": Cost(Priority.WRITE, 20.0, lasting=True),
    "ProjectService/CreateProject": _MANAGE,
    "ProjectService/GetProject": _READ,
    "ProjectService/ListProjects": _READ,
    "ProjectService/UpdateProject": _MANAGE,
    "ProjectService/DeleteProject": _MANAGE,
    "ProjectService/AddProjectMember": _MANAGE,
    "ProjectService/UpdateProjectMember": _MANAGE,
    "ProjectService/RemoveProjectMember": _CONTROL,
    "ProjectService/ListProjectMembers": _READ,
    "JobService/GetJob": _READ,
    "JobService/WatchJob": Cost(Priority.BROWSE, 0.5, lasting=True),
    "JobService/ListDeadJobs": _READ,
    "JobService/RequeueJob": _MANAGE,
    "ProviderService/ListProviders": _READ,
    "ProviderService/ListModels": _READ,
    "AdminService/GetServerInfo": _CONTROL,
    "AdminService/GetLimits": _CONTROL,
    "AdminService/GetQuota": _CONTROL,
    "AdminService/ListAuditEntries": _READ,
    "AdminService/VerifyAuditLog": Cost(Priority.BULK, 20.0, lasting=True),
    "AdminService/GetCacheStats": _READ,
    "AdminService/ClearCache": _MANAGE,
    "PersonaService/CreatePersona": _MANAGE,
    "PersonaService/GetPersona": _READ,
    "PersonaService/ListPersonas": _READ,
    "PersonaService/UpdatePersona": _MANAGE,
    "PersonaService/DeletePersona": _MANAGE,
    "ProfileService/GetPreferences": _READ,
    "ProfileService/UpdatePreferences": _MANAGE,
    "ProfileService/GetProfile": _READ,
    "UserService/EraseUser": Cost(Priority.CONTROL, 0.0),
    "UserService/ReopenUser": _MANAGE,
    "UserService/ExportUser": Cost(Priority.BULK, 20.0, lasting=True),
    "UserService/ImportUser": Cost(Priority.BULK, 0.0, _KIB4, lasting=True),
    "RetentionService/GetRetentionPolicy": _READ,
    "RetentionService/SetRetentionPolicy": _MANAGE,
    "RetentionService/CreateRetentionRule": _MANAGE,
    "RetentionService/GetRetentionRule": _READ,
    "RetentionService/ListRetentionRules": _READ,
    "RetentionService/UpdateRetentionRule": _MANAGE,
    "RetentionService/DeleteRetentionRule": _MANAGE,
    "RetentionService/RunRetention": Cost(Priority.BULK, 20.0, lasting=True),
    "RetentionService/SetHold": _MANAGE,
    "RetentionService/LiftHold": _MANAGE,
    "RetentionService/ListHolds": _READ,
    "RetentionService/ListArchivedMemories": _READ,
    "RetentionService/RestoreMemories": Cost(Priority.WRITE, 5.0, lasting=True),
    "ApiKeyService/CreateApiKey": _MANAGE,
    "ApiKeyService/ListApiKeys": _READ,
    "ApiKeyService/RevokeApiKey": _CONTROL,
    "ApiKeyService/RestoreApiKey": _MANAGE,
    "ApiKeyService/RotateApiKey": _CONTROL,
    "ApiKeyService/DeleteApiKey": _CONTROL,
    "AuthService/Register": Cost(Priority.WRITE, 10.0, lasting=True),
    "AuthService/CreateInvitation": _MANAGE,
    "AuthService/Login": Cost(Priority.WRITE, 10.0, lasting=True),
    "AuthService/Refresh": _MANAGE,
    "AuthService/Logout": _CONTROL,
    "AuthService/GetMe": _READ,
    "AuthService/UpdateMe": _MANAGE,
    "AuthService/ChangePassword": Cost(Priority.WRITE, 10.0, lasting=True),
    "TrustService/ListQuarantinedMemories": _READ,
    "TrustService/ApproveMemories": Cost(Priority.WRITE, 5.0, lasting=True),
    "TrustService/RejectMemories": Cost(Priority.WRITE, 5.0, lasting=True),
}


def cost_of(method: str) -> Cost:
    """Return what a call of *method* costs, such as "/memsvc.v1.MemoryService/Recall"."""
    return COSTS.get(method.removeprefix("/memsvc.v1."), _MANAGE)
