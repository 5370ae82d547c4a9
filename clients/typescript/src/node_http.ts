import { type ClientHttp2Stream, constants, type Http2Session } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import { createNodeHttpClient, type Http2SessionManager } from "@connectrpc/connect-node";
import { repairStatus } from "./status.js";

/**
 * Returns an HTTP client for connect's gRPC transport that ends calls as other gRPC stacks do: one
 * whose connection could not be made or was lost is UNAVAILABLE, where connect says ABORTED, CANCELED
 * or INTERNAL, and the status is read leniently.
 */
export function httpClient(sessions: Http2SessionManager): UniversalClientFn {
  return async (outgoing) => {
    const watch = new Watch(sessions);
    const request = createNodeHttpClient({ httpVersion: "2", sessionProvider: () => watch });
    const translated = (error: unknown) =>
      outgoing.signal?.aborted === true ? error : watch.errorOf(error);
    try {
      const response = await request(outgoing);
      repairStatus(response.header);
      return { ...response, body: watched(response.body, response.trailer, translated) };
    } catch (error) {
      throw translated(error);
    }
  };
}

async function* watched(
  body: AsyncIterable<Uint8Array>,
  trailer: Headers,
  translated: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw translated(error);
  }
  repairStatus(trailer);
}

/** Hands one call to the sessions, and remembers what became of its session and its stream. */
class Watch
  implements Pick<Http2SessionManager, "authority" | "notifyResponseByteRead" | "request">
{
  readonly authority: string;
  readonly #sessions: Http2SessionManager;
  #stream: ClientHttp2Stream | undefined;
  #session: Http2Session | undefined;

  constructor(sessions: Http2SessionManager) {
    this.authority = sessions.authority;
    this.#sessions = sessions;
  }

  async request(
    ...request: Parameters<Http2SessionManager["request"]>
  ): Promise<ClientHttp2Stream> {
    this.#stream = await this.#sessions.request(...request);
    this.#session = this.#stream.session;
    return this.#stream;
  }

  notifyResponseByteRead(stream: ClientHttp2Stream): void {
    this.#sessions.notifyResponseByteRead(stream);
  }

  errorOf(error: unknown): unknown {
    const lost = this.#session === undefined || this.#session.destroyed;
    const refused = this.#stream?.rstCode === constants.NGHTTP2_REFUSED_STREAM;
    if (!(error instanceof ConnectError) || !(lost || refused)) {
      return error;
    }
    const { rawMessage, cause = error } = error;
    const message = this.#session?.destroyed ? `connection lost: ${rawMessage}` : rawMessage;
    return new ConnectError(message, Code.Unavailable, undefined, undefined, cause);
  }
}
