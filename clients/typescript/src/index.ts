/**
 * The TypeScript client of memsvc, the long-term memory for AI applications.
 *
 * This entry holds what does not depend on the runtime. "@memsvc/client/node" and "@memsvc/client/web"
 * hold all of it too, and make clients.
 *
 * @module
 */

export { create } from "@bufbuild/protobuf";
export { durationMs, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
export { type CallOptions, Code, type Interceptor, type Transport } from "@connectrpc/connect";
export { MemoryClient, type MemoryClientOptions } from "./client.js";
export type { Connection, ConnectTerms } from "./connection.js";
export type { ErrorDetails, FieldViolation } from "./error_details.js";
export { MemsvcError } from "./errors.js";
export * from "./gen/memsvc/v1/admin_service_pb.js";
export * from "./gen/memsvc/v1/api_key_service_pb.js";
export * from "./gen/memsvc/v1/auth_service_pb.js";
export * from "./gen/memsvc/v1/chat_pb.js";
export * from "./gen/memsvc/v1/conversation_service_pb.js";
export * from "./gen/memsvc/v1/error_reason_pb.js";
export * from "./gen/memsvc/v1/job_service_pb.js";
export * from "./gen/memsvc/v1/memory_pb.js";
export * from "./gen/memsvc/v1/memory_service_pb.js";
export * from "./gen/memsvc/v1/persona_service_pb.js";
export * from "./gen/memsvc/v1/profile_service_pb.js";
export * from "./gen/memsvc/v1/project_service_pb.js";
export * from "./gen/memsvc/v1/provider_service_pb.js";
export * from "./gen/memsvc/v1/ranking_pb.js";
export * from "./gen/memsvc/v1/retention_service_pb.js";
export * from "./gen/memsvc/v1/trust_service_pb.js";
export * from "./gen/memsvc/v1/user_service_pb.js";
export { type Page, Pager } from "./pager.js";
export { retryInterceptor } from "./retry.js";
export type { Services } from "./services.js";
export type { Fields, ImportOptions } from "./users.js";
