import { Code, type Transport } from "@connectrpc/connect";
import { errorOf, MemsvcError } from "./errors.js";
import { AdminService } from "./gen/memsvc/v1/admin_service_pb.js";
import { delay } from "./time.js";

/** The waits between two attempts to connect: the first, and the longest. */
const PAUSE_MS = { first: 100, longest: 1000 };

/** On which terms an attempt to connect is made. */
export interface ConnectTerms {
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The headers of the client's calls, for connections that are tried by a call. */
  readonly headers: Headers;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** How a client reaches its server, apart from its calls. */
export interface Connection {
  /** The server, as it is named in errors. */
  readonly target: string;
  /** Tries once to connect; rejects if the server takes no connection. */
  readonly connect: (terms: ConnectTerms) => Promise<unknown>;
  /** Closes what is open. */
  readonly close: () => void;
}

/** The connection of a transport that tells nothing about its own: it is tried by a call. */
export function probing(transport: Transport, target = "the server"): Connection {
  const { getServerInfo } = AdminService.method;
  return {
    target,
    connect: async ({ signal, timeoutMs, headers }) => {
      try {
        await transport.unary(getServerInfo, signal, timeoutMs, headers, {});
      } catch (error) {
        if (!isAnswer(error)) {
          throw error;
        }
      }
    },
    close: () => undefined,
  };
}

/** Says whether a call that failed was answered by a memsvc server, even if only to refuse it. */
function isAnswer(error: unknown): boolean {
  const known = errorOf(error, "");
  return known instanceof MemsvcError && (known.reason !== "" || known.code === Code.Unimplemented);
}

/** Tries to connect until it succeeds, or the signal is aborted, or the time is over. */
export async function waitUntilReady(connection: Connection, terms: ConnectTerms): Promise<void> {
  const { signal, timeoutMs } = terms;
  const waiting = new AbortController();
  const cancel = () => waiting.abort(new MemsvcError(Code.Canceled, "the wait was cancelled"));
  signal.addEventListener("abort", cancel);
  let cause: unknown;
  const timer = setTimeout(() => {
    const message = `no connection to ${connection.target} within ${timeoutMs / 1000} s`;
    waiting.abort(new MemsvcError(Code.Unavailable, message, {}, { cause }));
  }, timeoutMs);
  try {
    for (let pause = PAUSE_MS.first; ; pause = Math.min(pause * 2, PAUSE_MS.longest)) {
      try {
        await abortable(connection.connect({ ...terms, signal: waiting.signal }), waiting.signal);
        return;
      } catch (error) {
        waiting.signal.throwIfAborted();
        cause = error;
      }
      await delay(pause, waiting.signal);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
    waiting.abort();
  }
}

/** Settles as `promise` does, or rejects with the signal's reason if that is aborted before. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
    promise.then(resolve, reject);
  });
}
