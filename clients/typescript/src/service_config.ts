import { SERVICE_CONFIG } from "./gen/service_config.js";

/** How often and how soon a call is repeated. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
  /** The time before the second attempt. */
  readonly initialBackoffMs: number;
  /** The longest time between two attempts. */
  readonly maxBackoffMs: number;
  /** How much longer each wait is than the one before. */
  readonly backoffMultiplier: number;
  /** The statuses after which a call is repeated, such as "UNAVAILABLE". */
  readonly retryableStatusCodes: readonly string[];
}

/** Which calls are retried and how, as the contract's service config says. */
export interface ServiceConfig {
  /** Policies by method, such as "memsvc.v1.MemoryService/Recall". */
  readonly policies: ReadonlyMap<string, RetryPolicy>;
  /** How many failures may be outstanding, and what a success makes good. */
  readonly throttling: { readonly maxTokens: number; readonly tokenRatio: number };
}

interface ConfigJson {
  readonly methodConfig: readonly {
    readonly name: readonly { readonly service: string; readonly method: string }[];
    readonly retryPolicy: Omit<RetryPolicy, "initialBackoffMs" | "maxBackoffMs"> & {
      readonly initialBackoff: string;
      readonly maxBackoff: string;
    };
  }[];
  readonly retryThrottling: ServiceConfig["throttling"];
}

/**
 * Returns the contract's service config. Its timeouts are left out: every call of this client carries
 * a deadline of its own, and the lesser of the two would win, so that nobody could ask for more.
 */
export function serviceConfig(): ServiceConfig {
  const config = JSON.parse(SERVICE_CONFIG) as ConfigJson;
  const policies = new Map<string, RetryPolicy>();
  for (const { name, retryPolicy } of config.methodConfig) {
    const { initialBackoff, maxBackoff, ...rest } = retryPolicy;
    const policy = {
      ...rest,
      initialBackoffMs: milliseconds(initialBackoff),
      maxBackoffMs: milliseconds(maxBackoff),
    };
    for (const { service, method } of name) {
      policies.set(`${service}/${method}`, policy);
    }
  }
  return { policies, throttling: config.retryThrottling };
}

/** Reads a duration of protobuf's JSON, such as "0.1s". */
function milliseconds(duration: string): number {
  return Number.parseFloat(duration) * 1000;
}
