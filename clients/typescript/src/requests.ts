import {
  clone,
  create,
  type DescMessage,
  isMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";

/** Returns a message of the caller's fields, or a copy of the caller's message. */
export function build<I extends DescMessage>(
  schema: I,
  request: MessageInitShape<I>,
): MessageShape<I> {
  return isMessage(request, schema) ? clone(schema, request) : create(schema, request);
}

/**
 * Gives a request that may carry a request_id a random one if it has none: every attempt of a call
 * carries the same, so that the server answers a repeated write without repeating it.
 */
export function identify(schema: DescMessage, message: object): void {
  if ("requestId" in schema.field) {
    const repeatable = message as { requestId: string };
    repeatable.requestId ||= uuid();
  }
}

/** Returns what is wrong with a message that cannot be sent, such as a limit of 1.5. */
export function flawOf<I extends DescMessage>(schema: I, message: MessageShape<I>): unknown {
  try {
    toBinary(schema, message);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A random UUID. `crypto.randomUUID` would do, but not on a web page without TLS. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = "89ab"[(bytes[8] ?? 0) & 3];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}

/**
 * The caller's requests on their way to the server. The transport hides an error of the caller's
 * iterator behind a status of the call; `flaw` tells it.
 */
export class Outgoing<I extends DescMessage> implements AsyncIterable<MessageShape<I>> {
  readonly #schema: I;
  readonly #iterator: AsyncIterator<MessageInitShape<I>> | Iterator<MessageInitShape<I>>;
  #failure: { readonly error: unknown } | undefined;
  #last: MessageShape<I> | undefined;

  constructor(
    schema: I,
    requests: AsyncIterable<MessageInitShape<I>> | Iterable<MessageInitShape<I>>,
  ) {
    this.#schema = schema;
    this.#iterator =
      Symbol.asyncIterator in requests
        ? requests[Symbol.asyncIterator]()
        : requests[Symbol.iterator]();
  }

  /** What the caller's iterator threw, or what is wrong with a request that cannot be sent. */
  get flaw(): { readonly error: unknown } | undefined {
    const error = this.#last && flawOf(this.#schema, this.#last);
    return this.#failure ?? (error === undefined ? undefined : { error });
  }

  /** There is one iterator: the transport asks for it once more to end it. */
  [Symbol.asyncIterator](): AsyncIterator<MessageShape<I>> {
    return {
      next: () => this.#next(),
      return: async () => {
        await this.#iterator.return?.();
        return { done: true, value: undefined };
      },
      // The transport tells so that the call has failed: that is no error of the caller's iterator.
      throw: async (error) => {
        await this.#iterator.return?.();
        throw error;
      },
    };
  }

  async #next(): Promise<IteratorResult<MessageShape<I>>> {
    try {
      const result = await this.#iterator.next();
      if (result.done === true) {
        return { done: true, value: undefined };
      }
      this.#last = build(this.#schema, result.value);
      return { done: false, value: this.#last };
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}
