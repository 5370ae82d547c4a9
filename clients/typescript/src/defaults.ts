import type { Interceptor } from "@connectrpc/connect";
import { retryInterceptor } from "./retry.js";

/** The largest answer taken, in bytes; the default of gRPC and of the server. */
export const DEFAULT_MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** The largest request sent, in bytes: the server decides. */
export const MAX_SENT_BYTES = 0xffffffff;

/** Returns the interceptors of a transport: the caller's see one call, whatever its retries. */
export function interceptorsOf(options: {
  readonly interceptors?: readonly Interceptor[] | undefined;
  readonly retry?: boolean | undefined;
}): Interceptor[] {
  const retry = options.retry === false ? [] : [retryInterceptor()];
  return [...(options.interceptors ?? []), ...retry];
}
