import { durationMs } from "@bufbuild/protobuf/wkt";
import type { ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.js";

/** The domain of the server's ErrorInfo; others come from proxies in between. */
const DOMAIN = "memsvc.dev";

/** A field that breaks a rule. */
export interface FieldViolation {
  /** The field's path, such as "messages[0].content". */
  readonly field: string;
  /** What is wrong with it. */
  readonly description: string;
}

/** What the server says about an error besides its status and its text. */
export interface ErrorDetails {
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  readonly requestId: string;
}

/** Returns the details of an error; what cannot be read counts as absent. */
export function readDetails(error: ConnectError): ErrorDetails {
  const info = error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === DOMAIN);
  const violations = error.findDetails(BadRequestSchema)[0]?.fieldViolations ?? [];
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const call = error.findDetails(RequestInfoSchema)[0];
  return {
    reason: info?.reason ?? "",
    metadata: info?.metadata ?? {},
    fieldViolations: violations.map(({ field, description }) => ({ field, description })),
    retryAfterMs: delay && durationMs(delay),
    requestId: call?.requestId ?? error.metadata.get("x-request-id") ?? "",
  };
}
