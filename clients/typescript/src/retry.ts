import {
  ConnectError,
  type Interceptor,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { codeName } from "./errors.js";
import { type RetryPolicy, type ServiceConfig, serviceConfig } from "./service_config.js";
import { delay } from "./time.js";

/** How much a wait differs from its policy at most, so that clients do not come back in step. */
const JITTER = 0.2;
const ATTEMPTS_HEADER = "grpc-previous-rpc-attempts";
const PUSHBACK_TRAILER = "grpc-retry-pushback-ms";
const TIMEOUT_HEADER = "grpc-timeout";

/** Makes one attempt of a unary call. */
type Attempt = (request: UnaryRequest) => Promise<UnaryResponse>;

/**
 * Returns an interceptor that repeats unary calls as the contract's service config says and gRPC does
 * it: while the server is UNAVAILABLE, a little later each time, never past the deadline of the call,
 * and not at all while too many calls fail. Streams pass through.
 *
 * The clients of this package have it already. It is for a `Transport` of your own, which has to speak
 * gRPC or gRPC-Web. Interceptors before it in the list see one call, those after it each attempt.
 */
export function retryInterceptor(): Interceptor {
  const { policies, throttling } = serviceConfig();
  const throttle = new Throttle(throttling);
  return (next) => (request) => {
    const policy = policies.get(`${request.service.typeName}/${request.method.name}`);
    return request.stream || policy === undefined
      ? next(request)
      : repeat(request, next as Attempt, policy, throttle);
  };
}

async function repeat(
  request: UnaryRequest,
  next: Attempt,
  policy: RetryPolicy,
  throttle: Throttle,
): Promise<UnaryResponse> {
  const deadline = deadlineOf(request.header);
  const waits = new Waits(policy, throttle);
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await next(attempt === 1 ? request : repeated(request, attempt, deadline));
      throttle.succeeded();
      return response;
    } catch (error) {
      const wait = waits.after(error, attempt);
      if (wait === undefined) {
        throw error;
      }
      await delay(wait, request.signal);
    }
  }
}

/** The next attempt: the same request with what is left of the call's time. */
function repeated(request: UnaryRequest, attempt: number, deadline: number): UnaryRequest {
  const header = new Headers(request.header);
  header.set(ATTEMPTS_HEADER, String(attempt - 1));
  if (deadline !== Number.POSITIVE_INFINITY) {
    header.set(TIMEOUT_HEADER, `${Math.max(1, Math.ceil(deadline - performance.now()))}m`);
  }
  return { ...request, header };
}

/** When the call's time is over, on the clock of `performance.now()`. */
function deadlineOf(header: Headers): number {
  const milliseconds = /^(\d+)m$/.exec(header.get(TIMEOUT_HEADER) ?? "")?.[1];
  return milliseconds === undefined
    ? Number.POSITIVE_INFINITY
    : performance.now() + Number(milliseconds);
}

/** Decides whether a call is repeated, and when. */
class Waits {
  readonly #policy: RetryPolicy;
  readonly #throttle: Throttle;
  /** How many attempts in a row the client has chosen the time of. */
  #backoffs = 0;

  constructor(policy: RetryPolicy, throttle: Throttle) {
    this.#policy = policy;
    this.#throttle = throttle;
  }

  /** How long to wait after a failed `attempt`, in milliseconds; undefined if it was the last. */
  after(error: unknown, attempt: number): number | undefined {
    if (!isRetryable(error, this.#policy)) {
      return undefined;
    }
    const pushback = pushbackOf(error);
    const allowed = this.#throttle.failed();
    if (!allowed || attempt >= this.#policy.maxAttempts || Number.isNaN(pushback)) {
      return undefined;
    }
    this.#backoffs = pushback === undefined ? this.#backoffs + 1 : 0;
    return pushback ?? this.#backoff();
  }

  #backoff(): number {
    const { initialBackoffMs, backoffMultiplier, maxBackoffMs } = this.#policy;
    const full = initialBackoffMs * backoffMultiplier ** (this.#backoffs - 1);
    return Math.min(full, maxBackoffMs) * (1 + JITTER * (2 * Math.random() - 1));
  }
}

function isRetryable(error: unknown, policy: RetryPolicy): error is ConnectError {
  return (
    error instanceof ConnectError && policy.retryableStatusCodes.includes(codeName(error.code))
  );
}

/** What the server says to wait, in milliseconds: undefined if nothing, NaN if it wants no retry. */
function pushbackOf(error: ConnectError): number | undefined {
  const text = error.metadata.get(PUSHBACK_TRAILER);
  if (text === null) {
    return undefined;
  }
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

/** Stops retries while more than half of the tokens are lost: one by each failure, won back slowly. */
class Throttle {
  readonly #limits: ServiceConfig["throttling"];
  #tokens: number;

  constructor(limits: ServiceConfig["throttling"]) {
    this.#limits = limits;
    this.#tokens = limits.maxTokens;
  }

  succeeded(): void {
    this.#tokens = Math.min(this.#tokens + this.#limits.tokenRatio, this.#limits.maxTokens);
  }

  /** Counts a failure and says whether the call may be repeated. */
  failed(): boolean {
    this.#tokens = Math.max(this.#tokens - 1, 0);
    return this.#tokens > this.#limits.maxTokens / 2;
  }
}
