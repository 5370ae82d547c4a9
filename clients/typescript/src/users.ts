import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions } from "@connectrpc/connect";
import type { Calls } from "./calls.js";
import * as admin from "./gen/memsvc/v1/admin_service_pb.js";
import * as user from "./gen/memsvc/v1/user_service_pb.js";
import { linesOf, piecesOf } from "./lines.js";
import { build } from "./requests.js";
import { type Services, servicesOf } from "./services.js";

const { method: userMethods } = user.UserService;
const { method: adminMethods } = admin.AdminService;

/** A request as an object of its fields, or as a message. */
export type Fields<Schema extends DescMessage> = MessageInitShape<Schema>;

/** How an import is made. */
export interface ImportOptions extends CallOptions {
  /** Into which user; by default the one that was exported. */
  readonly userId?: string | undefined;
}

/** What a `MemoryClient` does with users as a whole; see there for what all methods have in common. */
export class UserMethods {
  /** The services of keys, accounts, retention, trust and the audit log. */
  readonly services: Services;
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
    this.services = servicesOf(calls);
  }

  /**
   * Forgets a user for good; the report tells what was removed. Calling it again is harmless. Throws
   * FAILED_PRECONDITION while the user's memories are held.
   */
  eraseUser(
    request: Fields<typeof user.EraseUserRequestSchema>,
    options?: CallOptions,
  ): Promise<user.EraseUserResponse> {
    return this.#calls.unary(userMethods.eraseUser, request, options);
  }

  /**
   * Lets an erased user be remembered anew. It is not retried. Throws FAILED_PRECONDITION while rows are
   * still being removed, and NOT_FOUND if the user was not erased.
   */
  reopenUser(
    request: Fields<typeof user.ReopenUserRequestSchema>,
    options?: CallOptions,
  ): Promise<user.ReopenUserResponse> {
    return this.#calls.unary(userMethods.reopenUser, request, options);
  }

  /**
   * Yields all that is remembered of a user as lines of JSON, without their ends. `timeoutMs` is 300,000 by
   * default and covers the whole export. The request is sent when the first line is asked for, and is not
   * retried. Leaving the loop cancels the export. It is whole if its last line is of the type "end".
   */
  exportUser(
    request: Fields<typeof user.ExportUserRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<string, void, undefined> {
    const message = build(userMethods.exportUser.input, request);
    return linesOf(this.#calls.serverStream(userMethods.exportUser, message, options));
  }

  /**
   * Takes in what `exportUser` yielded; lines may end with a line feed. `timeoutMs` is 300,000 by default.
   * An import is not retried: what `lines` throws is thrown here, and one that broke off can be sent
   * again, for what is there already is left as it is.
   */
  async importUser(
    lines: AsyncIterable<string> | Iterable<string>,
    { userId = "", ...options }: ImportOptions = {},
  ): Promise<user.ImportUserResponse> {
    if (typeof lines === "string") {
      throw new TypeError("give the lines of an export, not a text");
    }
    return this.#calls.clientStream(userMethods.importUser, piecesOf(lines, userId), options);
  }

  /** Returns how large requests may be, how fast they may come, and what each method costs. */
  getLimits(
    request: Fields<typeof admin.GetLimitsRequestSchema> = {},
    options?: CallOptions,
  ): Promise<admin.GetLimitsResponse> {
    return this.#calls.unary(adminMethods.getLimits, request, options);
  }

  /** Returns how much of its quotas the tenant has used. */
  getQuota(
    request: Fields<typeof admin.GetQuotaRequestSchema> = {},
    options?: CallOptions,
  ): Promise<admin.GetQuotaResponse> {
    return this.#calls.unary(adminMethods.getQuota, request, options);
  }
}
