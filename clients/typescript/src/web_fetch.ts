import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope, transformSplitEnvelope } from "@connectrpc/connect/protocol";
import { trailerFlag, trailerParse, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { repairStatus } from "./status.js";

/** Turns what a read or a request failed with into what the call fails with. */
type Translate = (error: unknown) => unknown;

/**
 * Returns a `fetch` for connect's gRPC-Web transport that ends calls as other gRPC stacks do: one whose
 * connection could not be made or was lost is UNAVAILABLE, an answer above `maxMessageBytes` is
 * RESOURCE_EXHAUSTED before it is in memory, and the status is read leniently.
 */
export function checkedFetch(
  fetch: typeof globalThis.fetch | undefined,
  maxMessageBytes: number,
): typeof globalThis.fetch {
  return async (input, init) => {
    const translated: Translate = (error) =>
      init?.signal?.aborted === true ? error : connectionErrorOf(error);
    // Looked up late, so that programs can replace the global one, and called without a `this`.
    const request = fetch ?? globalThis.fetch;
    const response = await request(input, init).catch((error: unknown) => {
      throw translated(error);
    });
    const { body, status, headers } = response;
    if (body === null || headers.get("content-type")?.startsWith("application/grpc") !== true) {
      return response;
    }
    const repaired = new Headers(headers);
    repairStatus(repaired);
    const checked = checkedBody(body, maxMessageBytes, translated);
    return new Response(checked, { status, headers: repaired });
  };
}

function connectionErrorOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ConnectError) {
    return error;
  }
  // Node.js says "fetch failed" and the rest in the cause; browsers say little.
  const { message, cause } = error;
  const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
  return new ConnectError(reason, Code.Unavailable, undefined, undefined, error);
}

/** Passes a body on message by message; bounds their lengths, and repairs the trailer. */
function checkedBody(
  body: ReadableStream<Uint8Array>,
  maxMessageBytes: number,
  translated: Translate,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const envelopes = transformSplitEnvelope(maxMessageBytes)(chunksOf(reader));
  const iterator = envelopes[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done === true) {
          controller.close();
        } else {
          controller.enqueue(repairedEnvelope(value));
        }
      } catch (error) {
        controller.error(translated(error));
        await reader.cancel().catch(() => undefined);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

// Not every browser can iterate a ReadableStream.
async function* chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    yield read.value;
  }
}

function repairedEnvelope({ flags, data }: { flags: number; data: Uint8Array }): Uint8Array {
  if (flags !== trailerFlag) {
    return encodeEnvelope(flags, data);
  }
  const trailer = trailerParse(data);
  repairStatus(trailer);
  return encodeEnvelope(flags, trailerSerialize(trailer));
}
