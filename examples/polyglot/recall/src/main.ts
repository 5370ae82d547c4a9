/**
 * The read side of the example: an HTTP service that answers out of what memsvc remembers.
 *
 *     GET /answer?user=ana&question=Where+do+I+live%3F
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createMemoryClient, MemsvcError } from "@memsvc/client/node";

const memory = createMemoryClient({ target: process.env["MEMSVC_TARGET"] });

/** The trace and the id of the request that a call serves. */
function carriedOn(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const name of ["traceparent", "tracestate", "x-request-id"]) {
    const value = request.headers[name];
    if (typeof value === "string") {
      headers.set(name, value);
    }
  }
  return headers;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  if (request.method !== "GET" || pathname !== "/answer") {
    response.writeHead(404).end();
    return;
  }
  try {
    const { results } = await memory.recall(
      {
        userId: searchParams.get("user") ?? "",
        query: searchParams.get("question") ?? "",
        limit: 3,
      },
      { headers: carriedOn(request) },
    );
    const memories = results.map(({ memory, score }) => ({ text: memory?.content, score }));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ memories }));
  } catch (error) {
    // The caller's own mistakes are told, of others only that there was one.
    if (error instanceof MemsvcError && error.fieldViolations.length > 0) {
      response.writeHead(400).end(error.message);
      return;
    }
    console.error(error);
    response.writeHead(503).end("the memory is away");
  }
}

const [host = "127.0.0.1", port = "0"] = (process.env["LISTEN"] ?? "").split(":");
const server = createServer((request, response) => void answer(request, response));
server.listen(Number(port), host, () => {
  const address = server.address() as AddressInfo;
  console.log(`ready http://${address.address}:${address.port}`);
});
