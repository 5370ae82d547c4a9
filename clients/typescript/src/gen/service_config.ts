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
