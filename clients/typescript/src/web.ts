/**
 * The client for browsers, over gRPC-Web, for a proxy such as Envoy that turns it into gRPC.
 *
 * @module
 */

import { Code, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { MemoryClient, type MemoryClientOptions } from "./client.js";
import { probing } from "./connection.js";
import { DEFAULT_MAX_MESSAGE_BYTES, interceptorsOf } from "./defaults.js";
import { MemsvcError } from "./errors.js";
import { checkedFetch } from "./web_fetch.js";

export * from "./index.js";

/** How a client for browsers is made. */
export interface WebClientOptions extends Omit<MemoryClientOptions, "connection"> {
  /** Where the proxy is, such as "https://memory.example.com". */
  readonly baseUrl: string;
  /** The largest answer to take, in bytes, 4 MiB by default. */
  readonly maxMessageBytes?: number | undefined;
  /** Interceptors of connect, for traces and the like; the first is the outermost. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** False if calls must not be retried, for example because a mesh retries them. */
  readonly retry?: boolean | undefined;
  /** What to call in place of the global `fetch`, for example to send cookies. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Makes a client of the server behind `baseUrl`. Everything works but `ingestStream` and `importUser`,
 * which throw UNIMPLEMENTED: client streams need HTTP/2, and browsers do not give it to programs.
 */
export function createMemoryClient(options: WebClientOptions): MemoryClient {
  const { baseUrl, maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = options;
  const fetch = checkedFetch(options.fetch, maxMessageBytes);
  const transportOf = (interceptors: Interceptor[]) =>
    createGrpcWebTransport({ baseUrl, fetch, interceptors });
  const transport = transportOf(interceptorsOf(options));
  // Who waits for the server tries again anyway.
  const once = transportOf(interceptorsOf({ ...options, retry: false }));
  return new MemoryClient(withoutClientStreams(transport), {
    ...options,
    connection: probing(once, baseUrl),
  });
}

function withoutClientStreams(transport: Transport): Transport {
  return {
    unary: (...call) => transport.unary(...call),
    stream: (...call) => {
      if (call[0].methodKind !== "server_streaming") {
        const message = "client streams need HTTP/2: use ingest, or @memsvc/client/node";
        throw new MemsvcError(Code.Unimplemented, message);
      }
      return transport.stream(...call);
    },
  };
}
