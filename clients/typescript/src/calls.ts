import type {
  DescMessage,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import {
  type CallOptions,
  Code,
  ConnectError,
  type StreamResponse,
  type Transport,
} from "@connectrpc/connect";
import type { ConnectTerms } from "./connection.js";
import { errorOf, MemsvcError } from "./errors.js";
import { build, flawOf, identify, Outgoing } from "./requests.js";

/** How long a call may take by default, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 10_000;
/** How long a stream may take by default, in milliseconds: a Chat, a WatchJob, an upload or an export. */
export const STREAM_TIMEOUT_MS = 300_000;
/** The longest timeout that gRPC can tell a server in milliseconds. */
const MAX_TIMEOUT_MS = 99_999_999;

/** What a client gives to each of its calls. */
export interface CallDefaults {
  readonly timeoutMs: number;
  readonly headers: Headers;
}

/** On which terms one call is made. */
interface Terms extends ConnectTerms {
  /** When the time is over, as `performance.now()` counts it. */
  readonly deadline: number;
  /** Ends what is still under way, and forgets the call. */
  readonly end: () => void;
}

/** Who reads a stream: whether they have left it, and what ends the call then. */
interface Reader {
  left: boolean;
  end: () => void;
}

/** Makes calls of each shape: with a deadline, headers and typed errors, until it is closed. */
export class Calls {
  readonly #transport: Transport;
  readonly #defaults: CallDefaults;
  readonly #open = new Set<AbortController>();
  #closed = false;

  constructor(transport: Transport, defaults: CallDefaults) {
    this.#transport = transport;
    this.#defaults = { ...defaults, timeoutMs: checkedTimeout(defaults.timeoutMs) };
  }

  /** Cancels the calls under way and those to come. */
  close(): void {
    this.#closed = true;
    for (const call of this.#open) {
      call.abort(new ConnectError("the client is closed", Code.Canceled));
    }
  }

  /** Makes a unary call. */
  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    const message = build(method.input, request);
    identify(method.input, message);
    const { signal, timeoutMs, deadline, headers, end } = this.begin(options);
    try {
      const response = await this.#transport.unary(
        method,
        signal,
        timeoutMs,
        headers,
        message as MessageInitShape<I>,
        options.contextValues,
      );
      options.onHeader?.(response.header);
      options.onTrailer?.(response.trailer);
      return response.message;
    } catch (error) {
      throw flawOf(method.input, message) ?? errorOf(error, method.name, deadline);
    } finally {
      end();
    }
  }

  /** Makes a call that is answered by a stream; it is sent when the first answer is asked for. */
  serverStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    message: MessageShape<I>,
    options: CallOptions = {},
  ): AsyncGenerator<MessageShape<O>, void, undefined> {
    const reader: Reader = { left: false, end: () => undefined };
    return leavable(this.#read(method, message, options, reader), () => {
      reader.left = true;
      reader.end();
    });
  }

  async *#read<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    message: MessageShape<I>,
    options: CallOptions,
    reader: Reader,
  ): AsyncGenerator<MessageShape<O>, void, undefined> {
    identify(method.input, message);
    const terms = this.begin(options, STREAM_TIMEOUT_MS);
    reader.end = terms.end;
    try {
      const requests = new Outgoing(method.input, [message as MessageInitShape<I>]);
      const response = await this.#stream(method, requests, terms, options);
      yield* untilLeft(response.message, terms);
      options.onTrailer?.(response.trailer);
    } catch (error) {
      if (!reader.left) {
        throw flawOf(method.input, message) ?? errorOf(error, method.name, terms.deadline);
      }
    } finally {
      terms.end();
    }
  }

  /** Makes a call that is asked by a stream. */
  async clientStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodClientStreaming<I, O>,
    requests: AsyncIterable<MessageInitShape<I>> | Iterable<MessageInitShape<I>>,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    const terms = this.begin(options, STREAM_TIMEOUT_MS);
    const outgoing = new Outgoing(method.input, requests);
    try {
      const response = await this.#stream(method, outgoing, terms, options);
      const answer = await only(response.message, method.name);
      options.onTrailer?.(response.trailer);
      return answer;
    } catch (error) {
      const flaw = outgoing.flaw;
      throw flaw === undefined ? errorOf(error, method.name, terms.deadline) : flaw.error;
    } finally {
      terms.end();
    }
  }

  async #stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    requests: Outgoing<I>,
    { signal, timeoutMs, headers }: Terms,
    options: CallOptions,
  ): Promise<StreamResponse<I, O>> {
    const response = await this.#transport.stream(
      method,
      signal,
      timeoutMs,
      headers,
      requests as AsyncIterable<MessageInitShape<I>>,
      options.contextValues,
    );
    options.onHeader?.(response.header);
    return response;
  }

  /** Begins a call: decides its terms, and has `close` end it. */
  begin(options: CallOptions, defaultTimeoutMs = this.#defaults.timeoutMs): Terms {
    const timeoutMs = checkedTimeout(options.timeoutMs ?? defaultTimeoutMs);
    if (this.#closed) {
      throw new MemsvcError(Code.Canceled, "the client is closed");
    }
    const { signal } = options;
    if (signal?.aborted === true) {
      throw new MemsvcError(Code.Canceled, "aborted by the caller", {}, { cause: signal.reason });
    }
    if (timeoutMs <= 0) {
      throw new MemsvcError(Code.DeadlineExceeded, "no time was left for the call");
    }
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    // Not AbortSignal.any: in some versions of Node, calls then stay in memory as long as the client.
    signal?.addEventListener("abort", abort);
    this.#open.add(controller);
    return {
      timeoutMs,
      deadline: performance.now() + timeoutMs,
      headers: mergedHeaders(this.#defaults.headers, options.headers),
      signal: controller.signal,
      end: () => {
        signal?.removeEventListener("abort", abort);
        this.#open.delete(controller);
        controller.abort();
      },
    };
  }
}

/**
 * Returns `items`, whose `return` first does what `leave` does. A generator alone would keep a `return`
 * waiting behind a `next` under way: for a model that is silent, when a ReadableStream made of a chat is
 * cancelled.
 */
export function leavable<Item>(
  items: AsyncGenerator<Item, void, undefined>,
  leave: () => void,
): AsyncGenerator<Item, void, undefined> {
  const complete = items.return.bind(items);
  items.return = (value) => {
    leave();
    return complete(value);
  };
  return items;
}

/** Yields messages, and cancels the call when the caller has enough of them. */
async function* untilLeft<Message>(
  messages: AsyncIterable<Message>,
  { end }: Terms,
): AsyncGenerator<Message, void, undefined> {
  const iterator = messages[Symbol.asyncIterator]();
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      yield next.value;
    }
  } finally {
    // The transport learns only from a read that nobody listens any more. Without it the server would
    // go on, and the timer of the deadline would keep the program from ending.
    end();
    iterator.next().catch(() => undefined);
  }
}

/** Returns the layers as one; a key of a later one replaces it in those before. */
export function mergedHeaders(...layers: (HeadersInit | undefined)[]): Headers {
  const merged = new Headers();
  for (const layer of layers) {
    new Headers(layer).forEach((value, key) => {
      merged.set(key, value);
    });
  }
  return merged;
}

/** Whole milliseconds: gRPC has no others. */
function checkedTimeout(timeoutMs: number): number {
  if (!(timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new RangeError(`a timeout is at most ${MAX_TIMEOUT_MS} ms, not ${timeoutMs}`);
  }
  return Math.ceil(timeoutMs);
}

async function only<Message>(messages: AsyncIterable<Message>, method: string): Promise<Message> {
  const received: Message[] = [];
  for await (const message of messages) {
    received.push(message);
  }
  const [first] = received;
  if (first === undefined || received.length > 1) {
    throw new MemsvcError(Code.Internal, `${received.length} answers to one ${method}`);
  }
  return first;
}
