import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { toBinary } from "@bufbuild/protobuf";
import type { ConnectRouter, Interceptor, ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import {
  AdminService,
  ApiKeyService,
  JobService,
  type MemoryClient,
  MemoryService,
  createMemoryClient as nodeClient,
  TrustService,
  UserService,
} from "@memsvc/client/node";
import { createMemoryClient as webClient } from "@memsvc/client/web";

/** What the server does in answer to the calls; methods left out are UNIMPLEMENTED. */
export type Script = Partial<
  ServiceImpl<typeof MemoryService> &
    ServiceImpl<typeof JobService> &
    ServiceImpl<typeof AdminService> &
    ServiceImpl<typeof UserService> &
    ServiceImpl<typeof ApiKeyService> &
    ServiceImpl<typeof TrustService>
>;

/** A unary call as the server saw it. */
export interface SeenCall {
  readonly method: string;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** A memsvc server within the test, on a socket: gRPC over HTTP/2, or gRPC-Web over HTTP/1.1. */
export class ScriptedServer {
  /** The unary calls so far. */
  readonly calls: SeenCall[] = [];
  readonly #server: http.Server | http2.Http2Server;
  readonly #sockets = new Set<Socket>();

  private constructor(script: Script, web: boolean) {
    const record: Interceptor = (next) => (request) => {
      if (!request.stream) {
        const bytes = toBinary(request.method.input, request.message);
        this.calls.push({ method: request.method.name, headers: request.header, bytes });
      }
      return next(request);
    };
    const routes = (router: ConnectRouter) => {
      for (const service of [MemoryService, JobService, UserService, ApiKeyService, TrustService]) {
        router.service(service, script as Partial<ServiceImpl<typeof service>>);
      }
      router.service(AdminService, { getServerInfo: () => ({ version: "test" }), ...script });
    };
    const handler = connectNodeAdapter({ routes, interceptors: [record] });
    this.#server = web ? http.createServer(handler) : http2.createServer(handler);
    this.#server.on("connection", (socket: Socket) => this.#sockets.add(socket));
  }

  /** Starts a server on a free port, or on `port`. */
  static async start(script: Script = {}, web = false, port = 0): Promise<ScriptedServer> {
    const server = new ScriptedServer(script, web);
    server.#server.listen(port, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get target(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Cuts all connections, as a crash would. */
  cut(): void {
    for (const socket of this.#sockets) {
      socket.resetAndDestroy();
    }
    this.#sockets.clear();
  }

  /** Stops the server at once. */
  stop(): void {
    this.#server.close();
    this.cut();
  }
}

/** What the two clients have in common. */
export interface Options {
  readonly apiKey?: string;
  readonly timeoutMs?: number;
  readonly headers?: HeadersInit;
  readonly maxMessageBytes?: number;
  readonly interceptors?: readonly Interceptor[];
  readonly retry?: boolean;
}

/** Runs `body` with a server of the `script` and a client of it. */
export async function withServer(
  script: Script,
  body: (client: MemoryClient, server: ScriptedServer) => Promise<void>,
  options: Options & { readonly web?: boolean } = {},
): Promise<void> {
  const server = await ScriptedServer.start(script, options.web);
  const client = options.web
    ? webClient({ ...options, baseUrl: `http://${server.target}` })
    : nodeClient({ ...options, target: server.target });
  try {
    await body(client, server);
  } finally {
    client.close();
    server.stop();
  }
}

/** Returns a handler that gives its answers one after the other: throws errors, returns the rest. */
export function answers(...script: readonly (object | Error)[]): () => Record<never, never> {
  const left = [...script];
  return () => {
    const answer = left.shift();
    assert.ok(answer !== undefined, "the server was called once too often");
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
}

/** Returns a promise and what resolves it. */
export function signalled(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
