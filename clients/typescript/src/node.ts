/**
 * The client for Node.js, over gRPC and HTTP/2.
 *
 * @module
 */

import type { SecureClientSessionOptions } from "node:http2";
import type { Interceptor } from "@connectrpc/connect";
import { createTransport } from "@connectrpc/connect/protocol-grpc";
import { compressionGzip, Http2SessionManager } from "@connectrpc/connect-node";
import { MemoryClient, type MemoryClientOptions } from "./client.js";
import { DEFAULT_MAX_MESSAGE_BYTES, interceptorsOf, MAX_SENT_BYTES } from "./defaults.js";
import { httpClient } from "./node_http.js";

export * from "./index.js";

/** A server on this machine with its default port. */
const DEFAULT_TARGET = "127.0.0.1:50051";
const KEEPALIVE = { pingIntervalMs: 60_000, pingTimeoutMs: 20_000, pingIdleConnection: false };

/** How a client on Node.js is made. */
export interface NodeClientOptions extends Omit<MemoryClientOptions, "connection"> {
  /** Host and port, "127.0.0.1:50051" by default. */
  readonly target?: string | undefined;
  /**
   * True for TLS with the root certificates of Node.js, or certificates of your own: `ca`, for mutual
   * TLS also `cert` and `key`. Without it the connection is plaintext.
   */
  readonly tls?: boolean | SecureClientSessionOptions | undefined;
  /** The largest answer to take, in bytes, 4 MiB by default. */
  readonly maxMessageBytes?: number | undefined;
  /** Interceptors of connect, for traces and the like; the first is the outermost. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** False if calls must not be retried, for example because a mesh retries them. */
  readonly retry?: boolean | undefined;
}

/** Makes a client of the server at `target`; it connects with its first call. */
export function createMemoryClient(options: NodeClientOptions = {}): MemoryClient {
  const { target = DEFAULT_TARGET, tls = false } = options;
  const baseUrl = urlOf(target, tls !== false);
  const sessions = new Http2SessionManager(baseUrl, KEEPALIVE, tls === true ? {} : tls || {});
  const transport = createTransport({
    baseUrl,
    httpClient: httpClient(sessions),
    useBinaryFormat: true,
    interceptors: interceptorsOf(options),
    acceptCompression: [compressionGzip],
    sendCompression: null,
    compressMinBytes: 0,
    readMaxBytes: options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES,
    writeMaxBytes: MAX_SENT_BYTES,
  });
  return new MemoryClient(transport, {
    ...options,
    connection: {
      target,
      connect: async () => {
        if ((await sessions.connect()) === "error") {
          throw sessions.error();
        }
      },
      close: () => sessions.abort(),
    },
  });
}

/** Turns "host:port", also as gRPC's "dns:///host:port", into a URL. */
function urlOf(target: string, secure: boolean): string {
  const authority = target.replace(/^dns:\/\/\//, "");
  const url = `${secure ? "https" : "http"}://${authority}`;
  if (/[/?#@]/.test(authority) || !URL.canParse(url)) {
    throw new TypeError(`a target is a host and a port, not ${JSON.stringify(target)}`);
  }
  return url;
}
