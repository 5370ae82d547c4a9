import type { DescService } from "@bufbuild/protobuf";
import { type CallOptions, type Client, makeAnyClient } from "@connectrpc/connect";
import type { Calls } from "./calls.js";
import { AdminService } from "./gen/memsvc/v1/admin_service_pb.js";
import { ApiKeyService } from "./gen/memsvc/v1/api_key_service_pb.js";
import { AuthService } from "./gen/memsvc/v1/auth_service_pb.js";
import { ConversationService } from "./gen/memsvc/v1/conversation_service_pb.js";
import { PersonaService } from "./gen/memsvc/v1/persona_service_pb.js";
import { ProfileService } from "./gen/memsvc/v1/profile_service_pb.js";
import { ProjectService } from "./gen/memsvc/v1/project_service_pb.js";
import { ProviderService } from "./gen/memsvc/v1/provider_service_pb.js";
import { RetentionService } from "./gen/memsvc/v1/retention_service_pb.js";
import { TrustService } from "./gen/memsvc/v1/trust_service_pb.js";

/**
 * The services that the client has no methods for, as connect's clients of the generated code:
 * `client.services.apiKeys.listApiKeys({})`.
 *
 * A call of theirs is one of the client's: with its credential, its headers and deadline, retried as the
 * service config says, with a requestId where the contract knows one, and throwing a `MemsvcError`. A list
 * gives a page; ask for the next one by its token.
 */
export interface Services {
  /** The audit log, limits, quota, and what the server is. */
  readonly admin: Client<typeof AdminService>;
  /** Keys for applications. */
  readonly apiKeys: Client<typeof ApiKeyService>;
  /** People who log in. */
  readonly auth: Client<typeof AuthService>;
  /** Who answers in a chat. */
  readonly personas: Client<typeof PersonaService>;
  /** How users want to be answered, and who they are. */
  readonly profiles: Client<typeof ProfileService>;
  /** Conversations and their messages. */
  readonly conversations: Client<typeof ConversationService>;
  /** What conversations belong to. */
  readonly projects: Client<typeof ProjectService>;
  /** Whom a chat can ask. */
  readonly providers: Client<typeof ProviderService>;
  /** What is kept for how long. */
  readonly retention: Client<typeof RetentionService>;
  /** What the write guard has put aside. */
  readonly trust: Client<typeof TrustService>;
}

/** Makes the services, whose calls are made by `calls`. */
export function servicesOf(calls: Calls): Services {
  return {
    admin: clientOf(AdminService, calls),
    apiKeys: clientOf(ApiKeyService, calls),
    auth: clientOf(AuthService, calls),
    personas: clientOf(PersonaService, calls),
    profiles: clientOf(ProfileService, calls),
    conversations: clientOf(ConversationService, calls),
    projects: clientOf(ProjectService, calls),
    providers: clientOf(ProviderService, calls),
    retention: clientOf(RetentionService, calls),
    trust: clientOf(TrustService, calls),
  };
}

/** None of the services has streams. */
function clientOf<T extends DescService>(service: T, calls: Calls): Client<T> {
  return makeAnyClient(service, (method) =>
    method.methodKind === "unary"
      ? (request: Record<string, unknown>, options?: CallOptions) =>
          calls.unary(method, request, options)
      : null,
  ) as Client<T>;
}
