// The laws of streams: they end when the caller ends them, and errors come out as they are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { IngestStreamRequest } from "@memsvc/client/node";
import { failureOf } from "./support/errors.js";
import { signalled, withServer } from "./support/server.js";

const CHAT = { userId: "ana", message: "Where do I live?" };

/** Answers with events for ever, and says when it is told to stop. */
function endlessChat(told: () => void) {
  return async function* chat(_: unknown, { signal }: HandlerContext) {
    signal.addEventListener("abort", told);
    for (let index = 0; !signal.aborted; index++) {
      yield { event: { case: "delta" as const, value: { text: String(index) } } };
      await new Promise(setImmediate);
    }
  };
}

function batch(index: number, size = 0) {
  return { userId: `u${index}`, messages: [{ content: "x".repeat(size) }] };
}

test("a chat yields its events", async () => {
  async function* chat() {
    yield { event: { case: "delta" as const, value: { text: "In " } } };
    yield { event: { case: "delta" as const, value: { text: "Austin." } } };
  }
  await withServer({ chat }, async (client) => {
    let text = "";
    for await (const { event } of client.chat(CHAT)) {
      text += event.case === "delta" ? event.value.text : "";
    }

    assert.equal(text, "In Austin.");
  });
});

test("leaving the loop of a chat cancels it at the server", async () => {
  const told = signalled();
  await withServer({ chat: endlessChat(told.resolve) }, async (client) => {
    for await (const { event } of client.chat(CHAT)) {
      if (event.case === "delta" && event.value.text === "3") {
        break;
      }
    }

    await told.promise;
  });
});

test("a chat can be left while an event is awaited", { timeout: 5000 }, async () => {
  const told = signalled();
  async function* chat(_: unknown, { signal }: HandlerContext) {
    yield { event: { case: "delta" as const, value: { text: "In " } } };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    told.resolve();
  }
  await withServer({ chat }, async (client) => {
    const events = client.chat(CHAT);
    await events.next();
    const awaited = events.next();
    await events.return();

    assert.deepEqual(await awaited, { done: true, value: undefined });
    await told.promise;
  });
});

test("a chat that was left does not keep the program from ending", { timeout: 5000 }, async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  await withServer({ chat: endlessChat(() => undefined) }, async (client) => {
    const before = timers();
    const events = client.chat(CHAT);
    await events.next();
    assert.ok(timers() > before);
    await events.return();

    while (timers() > before) {
      await new Promise(setImmediate);
    }
  });
});

test("a chat is sent when its first event is asked for", async () => {
  let begun = 0;
  const chat = (request: unknown, context: HandlerContext) => {
    begun++;
    return endlessChat(() => undefined)(request, context);
  };
  await withServer({ chat }, async (client) => {
    const events = client.chat(CHAT);
    await client.getServerInfo();
    assert.equal(begun, 0);
    await events.next();
    await events.return();
    assert.equal(begun, 1);
  });
});

test("the caller's signal ends a chat, also while an event is awaited", async () => {
  const begun = signalled();
  const told = signalled();
  async function* chat(_: unknown, { signal }: HandlerContext) {
    begun.resolve();
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    told.resolve();
  }
  await withServer({ chat }, async (client) => {
    const controller = new AbortController();
    const failure = failureOf(client.chat(CHAT, { signal: controller.signal }).next());
    await begun.promise;
    controller.abort();

    assert.equal((await failure).code, Code.Canceled);
    await told.promise;
  });
});

test("an error in the midst of a chat comes after the events before it", async () => {
  async function* chat() {
    yield { event: { case: "delta" as const, value: { text: "In " } } };
    throw new ConnectError("lost the thread", Code.Aborted);
  }
  await withServer({ chat }, async (client) => {
    const events = client.chat(CHAT);

    assert.equal((await events.next()).done, false);
    const error = await failureOf(events.next());
    assert.equal(error.code, Code.Aborted);
    assert.equal(error.message, "lost the thread");
  });
});

test("an upload sends what iterables of both kinds yield, in order", async () => {
  const users: string[] = [];
  async function ingestStream(requests: AsyncIterable<IngestStreamRequest>) {
    for await (const { userId } of requests) {
      users.push(userId);
    }
    return { messageCount: BigInt(users.length) };
  }
  async function* later() {
    yield batch(3);
    yield batch(4);
  }
  await withServer({ ingestStream }, async (client) => {
    await client.ingestStream([batch(1), batch(2)]);
    const { messageCount } = await client.ingestStream(later());

    assert.deepEqual(users, ["u1", "u2", "u3", "u4"]);
    assert.equal(messageCount, 4n);
  });
});

test("what the caller's iterator throws is what the upload throws", async () => {
  const told = signalled();
  async function ingestStream(
    requests: AsyncIterable<IngestStreamRequest>,
    { signal }: HandlerContext,
  ) {
    signal.addEventListener("abort", told.resolve);
    for await (const _ of requests) {
      // They are only counted as they come.
    }
    return {};
  }
  const mistake = new Error("the file ended too soon");
  function* failing() {
    yield batch(1);
    throw mistake;
  }
  await withServer({ ingestStream }, async (client) => {
    await assert.rejects(client.ingestStream(failing()), (error) => error === mistake);
    await told.promise;
  });
});

test("the caller's signal cancels an upload, and its iterator is closed", async () => {
  const controller = new AbortController();
  const closed = signalled();
  async function ingestStream(requests: AsyncIterable<IngestStreamRequest>) {
    for await (const _ of requests) {
      controller.abort();
    }
    return {};
  }
  async function* endless() {
    try {
      for (let index = 0; ; index++) {
        yield batch(index);
        await new Promise(setImmediate);
      }
    } finally {
      closed.resolve();
    }
  }
  await withServer({ ingestStream }, async (client) => {
    const error = await failureOf(client.ingestStream(endless(), { signal: controller.signal }));

    assert.equal(error.code, Code.Canceled);
    await closed.promise;
  });
});

test("an upload that the server ends is over, and its iterator is closed", async () => {
  const closed = signalled();
  function ingestStream(): never {
    throw new ConnectError("enough", Code.ResourceExhausted);
  }
  async function* endless() {
    try {
      for (let index = 0; ; index++) {
        yield batch(index);
        await new Promise(setImmediate);
      }
    } finally {
      closed.resolve();
    }
  }
  await withServer({ ingestStream }, async (client) => {
    const error = await failureOf(client.ingestStream(endless()));

    assert.equal(error.code, Code.ResourceExhausted);
    assert.equal(error.message, "enough");
    await closed.promise;
  });
});

test("an upload asks for no more than the server takes", async () => {
  const release = signalled();
  const full = signalled();
  const batches = 400;
  const size = 64 * 1024;
  async function ingestStream(requests: AsyncIterable<IngestStreamRequest>) {
    await release.promise;
    let count = 0n;
    for await (const _ of requests) {
      count++;
    }
    return { messageCount: count };
  }
  let asked = 0;
  function* outgoing() {
    for (; asked < batches; asked++) {
      // The buffers of both sides hold a few; then the next one has to wait.
      clearTimeout(quiet);
      quiet = setTimeout(full.resolve, 300);
      yield batch(asked, size);
    }
  }
  let quiet = setTimeout(full.resolve, 300);
  await withServer({ ingestStream }, async (client) => {
    const upload = client.ingestStream(outgoing());
    await full.promise;
    assert.ok(asked < batches / 2, `${asked} were asked for`);
    release.resolve();

    assert.equal((await upload).messageCount, BigInt(batches));
  });
});
