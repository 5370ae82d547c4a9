// Made by `make generate`.

/** The bytes of proto/memsvc/v1/memsvc_grpc_service_config.json. */
export const SERVICE_CONFIG = `{
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [
    {
      "name": [
        {"service": "memsvc.v1.MemoryService", "method": "Ingest"},
        {"service": "memsvc.v1.MemoryService", "method": "Recall"},
        {"service": "memsvc.v1.MemoryService", "method": "Conscious"},
        {"service": "memsvc.v1.MemoryService", "method": "Search"},
        {"service": "memsvc.v1.MemoryService", "method": "CreateMemory"},
        {"service": "memsvc.v1.MemoryService", "method": "GetMemory"},
        {"service": "memsvc.v1.MemoryService", "method": "GetMemorySource"},
        {"service": "memsvc.v1.MemoryService", "method": "ListMemories"},
        {"service": "memsvc.v1.MemoryService", "method": "UpdateMemory"},
        {"service": "memsvc.v1.MemoryService", "method": "DeleteMemory"},
        {"service": "memsvc.v1.MemoryService", "method": "BatchDeleteMemories"},
        {"service": "memsvc.v1.MemoryService", "method": "FindSimilarMemories"},
        {"service": "memsvc.v1.MemoryService", "method": "Evaluate"},
        {"service": "memsvc.v1.MemoryService", "method": "ListMemoryTimeline"},
        {"service": "memsvc.v1.MemoryService", "method": "Consolidate"},
        {"service": "memsvc.v1.MemoryService", "method": "ExtractFacts"},
        {"service": "memsvc.v1.JobService", "method": "GetJob"},
        {"service": "memsvc.v1.JobService", "method": "ListDeadJobs"},
        {"service": "memsvc.v1.JobService", "method": "RequeueJob"},
        {"service": "memsvc.v1.AdminService", "method": "GetServerInfo"},
        {"service": "memsvc.v1.AdminService", "method": "GetLimits"},
        {"service": "memsvc.v1.AdminService", "method": "GetQuota"},
        {"service": "memsvc.v1.AdminService", "method": "ListAuditEntries"},
        {"service": "memsvc.v1.AdminService", "method": "VerifyAuditLog"},
        {"service": "memsvc.v1.AdminService", "method": "GetCacheStats"},
        {"service": "memsvc.v1.AdminService", "method": "ClearCache"},
        {"service": "memsvc.v1.PersonaService", "method": "CreatePersona"},
        {"service": "memsvc.v1.PersonaService", "method": "GetPersona"},
        {"service": "memsvc.v1.PersonaService", "method": "ListPersonas"},
        {"service": "memsvc.v1.PersonaService", "method": "UpdatePersona"},
        {"service": "memsvc.v1.PersonaService", "method": "DeletePersona"},
        {"service": "memsvc.v1.ProfileService", "method": "GetPreferences"},
        {"service": "memsvc.v1.ProfileService", "method": "UpdatePreferences"},
        {"service": "memsvc.v1.ProfileService", "method": "GetProfile"},
        {"service": "memsvc.v1.UserService", "method": "EraseUser"},
        {"service": "memsvc.v1.ApiKeyService", "method": "ListApiKeys"},
        {"service": "memsvc.v1.ApiKeyService", "method": "RevokeApiKey"},
        {"service": "memsvc.v1.ApiKeyService", "method": "RestoreApiKey"},
        {"service": "memsvc.v1.ApiKeyService", "method": "DeleteApiKey"},
        {"service": "memsvc.v1.AuthService", "method": "Logout"},
        {"service": "memsvc.v1.AuthService", "method": "GetMe"},
        {"service": "memsvc.v1.AuthService", "method": "UpdateMe"},
        {"service": "memsvc.v1.RetentionService", "method": "GetRetentionPolicy"},
        {"service": "memsvc.v1.RetentionService", "method": "SetRetentionPolicy"},
        {"service": "memsvc.v1.RetentionService", "method": "GetRetentionRule"},
        {"service": "memsvc.v1.RetentionService", "method": "ListRetentionRules"},
        {"service": "memsvc.v1.RetentionService", "method": "UpdateRetentionRule"},
        {"service": "memsvc.v1.RetentionService", "method": "DeleteRetentionRule"},
        {"service": "memsvc.v1.RetentionService", "method": "SetHold"},
        {"service": "memsvc.v1.RetentionService", "method": "LiftHold"},
        {"service": "memsvc.v1.RetentionService", "method": "ListHolds"},
        {"service": "memsvc.v1.RetentionService", "method": "ListArchivedMemories"},
        {"service": "memsvc.v1.RetentionService", "method": "RestoreMemories"},
        {"service": "memsvc.v1.TrustService", "method": "ListQuarantinedMemories"},
        {"service": "memsvc.v1.TrustService", "method": "ApproveMemories"},
        {"service": "memsvc.v1.TrustService", "method": "RejectMemories"}
      ],
      "timeout": "10s",
      "retryPolicy": {
        "maxAttempts": 4,
        "initialBackoff": "0.1s",
        "maxBackoff": "1s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"]
      }
    }
  ],
  "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1}
}
`;
