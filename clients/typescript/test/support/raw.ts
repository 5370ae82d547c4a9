import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { createMemoryClient, type MemoryClient } from "@memsvc/client/node";

/** How a raw server ends each call. */
export interface RawEnd {
  /** The headers that end the call. */
  readonly status: Record<string, string>;
  /** The frames of the body before; without one the call is ended by its headers alone. */
  readonly messages?: readonly Uint8Array[];
}

/** Runs `body` with a client of a server that ends every call just so, however malformed. */
export async function withRawServer(
  { status, messages }: RawEnd,
  body: (client: MemoryClient) => Promise<void>,
): Promise<void> {
  const server = http2.createServer();
  server.on("stream", (stream) => {
    stream.resume();
    const headers = { ":status": 200, "content-type": "application/grpc" };
    if (messages === undefined) {
      stream.respond({ ...headers, ...status }, { endStream: true });
      return;
    }
    stream.respond(headers, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(status));
    stream.end(Buffer.concat(messages.map((message) => encodeEnvelope(0, message))));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = createMemoryClient({ target: `127.0.0.1:${port}`, retry: false });
  try {
    await body(client);
  } finally {
    client.close();
    server.close();
  }
}
