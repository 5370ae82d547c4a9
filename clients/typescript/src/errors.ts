import { Code, ConnectError } from "@connectrpc/connect";
import { type ErrorDetails, type FieldViolation, readDetails } from "./error_details.js";
import { ErrorReason, ErrorReasonSchema } from "./gen/memsvc/v1/error_reason_pb.js";

/** How much earlier than here a deadline may pass at a proxy, in milliseconds: its clock is coarser. */
const PROXY_SLACK_MS = 2;

/**
 * A call failed. Decide by `errorReason` or `reason`, or by `code`, never by the text:
 *
 * ```ts
 * if (error instanceof MemsvcError && error.code === Code.NotFound) ...
 * if (error instanceof MemsvcError && error.errorReason === ErrorReason.MEMORY_NOT_FOUND) ...
 * ```
 *
 * `message` is what went wrong, for a person, and `cause` the `ConnectError` beneath.
 */
export class MemsvcError extends Error {
  override readonly name = "MemsvcError";
  /** The gRPC status. */
  readonly code: Code;
  /**
   * The ErrorReason without its prefix, such as "MEMORY_NOT_FOUND"; empty if the error does not
   * come from the server itself. A server newer than this client may send one unknown to it.
   */
  readonly reason: string;
  /** Further facts by name: "error_id", "field" and others. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The fields that break a rule, and which. */
  readonly fieldViolations: readonly FieldViolation[];
  /** In how many milliseconds to come back; undefined if the server does not say. */
  readonly retryAfterMs: number | undefined;
  /** What the server's log knows the call by; empty if unknown. */
  readonly requestId: string;

  /** Says how a call ended; what `details` leaves out is empty. */
  constructor(
    code: Code,
    message: string,
    details: Partial<ErrorDetails> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.reason = details.reason ?? "";
    this.metadata = details.metadata ?? {};
    this.fieldViolations = details.fieldViolations ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId ?? "";
  }

  /** The gRPC status by its name, such as "NOT_FOUND". */
  get codeName(): string {
    return codeName(this.code);
  }

  /** The reason as a value of the contract; UNSPECIFIED if it is empty or unknown to this client. */
  get errorReason(): ErrorReason {
    const name = `ERROR_REASON_${this.reason}`;
    const value = ErrorReasonSchema.values.find((known) => known.name === name);
    return value?.number ?? ErrorReason.UNSPECIFIED;
  }

  /** What the server's log knows the error by; empty if there is none. */
  get errorId(): string {
    return this.metadata["error_id"] ?? "";
  }

  /** Status, reason, text and error_id in one line. */
  override toString(): string {
    const head = `${this.codeName} ${this.reason}`.trimEnd();
    const tail = this.errorId === "" ? "" : ` (error_id ${this.errorId})`;
    return `${this.name}: ${head}: ${this.message}${tail}`;
  }
}

/**
 * Returns what to throw for an `error` that a call of `method` ended with, whose time is over at
 * `deadline`, as `performance.now()` counts it.
 */
export function errorOf(
  error: unknown,
  method: string,
  deadline = Number.POSITIVE_INFINITY,
): unknown {
  if (!(error instanceof ConnectError)) {
    return error;
  }
  const details = readDetails(error);
  const unknownMethod = error.code === Code.Unimplemented && details.reason === "";
  const message = unknownMethod
    ? `the server does not know the method ${method}; upgrade the server (${error.rawMessage})`
    : error.rawMessage;
  // A proxy that is told the deadline may be faster than the timer here, and calls its end UNAVAILABLE.
  const late = performance.now() >= deadline - PROXY_SLACK_MS;
  const cutOff = late && error.code === Code.Unavailable && details.reason === "";
  const code = cutOff ? Code.DeadlineExceeded : error.code;
  return new MemsvcError(code, message, details, { cause: error });
}

/** Returns the name that gRPC gives to a status, such as "NOT_FOUND". */
export function codeName(code: Code): string {
  // gRPC writes CANCELLED where connect writes Canceled.
  return code === Code.Canceled
    ? "CANCELLED"
    : Code[code].replace(/(?<=[a-z])[A-Z]/g, "_$&").toUpperCase();
}
