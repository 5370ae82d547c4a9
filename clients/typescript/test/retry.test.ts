// The laws of retries: a unary call that the server could not take is repeated as the service config
// says, and nothing else is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { Code, IngestRequestSchema } from "@memsvc/client";
import { failureOf, unavailable } from "./support/errors.js";
import { answers, withServer } from "./support/server.js";

const INGEST = { userId: "ana", messages: [{ content: "I like tea." }] };
const AT_ONCE = { "grpc-retry-pushback-ms": "0" };

test("repeats the same bytes, with one request_id, until the server takes them", async () => {
  const script = { ingest: answers(unavailable(), unavailable(), unavailable(), {}) };
  await withServer(script, async (client, { calls }) => {
    await client.ingest(INGEST);

    const bytes = calls.map((call) => Buffer.from(call.bytes).toString("hex"));
    assert.equal(calls.length, 4);
    assert.equal(new Set(bytes).size, 1);
    const [first] = calls;
    assert.ok(first);
    assert.match(fromBinary(IngestRequestSchema, first.bytes).requestId, /^[0-9a-f-]{36}$/);
  });
});

test("tells the server how many attempts there were, and the time that is left", async () => {
  const script = { ingest: answers(unavailable(), unavailable(), {}) };
  await withServer(script, async (client, { calls }) => {
    await client.ingest(INGEST, { timeoutMs: 5000 });

    const attempts = calls.map(({ headers }) => headers.get("grpc-previous-rpc-attempts"));
    assert.deepEqual(attempts, [null, "1", "2"]);
    const left = calls.map(({ headers }) => Number.parseInt(headers.get("grpc-timeout") ?? "", 10));
    const [first = 0, second = 0, third = 0] = left;
    assert.equal(first, 5000);
    // The shortest waits are 80 and 160 ms.
    assert.ok(second <= first - 80, `${left}`);
    assert.ok(third <= second - 160, `${left}`);
  });
});

test("gives up after four attempts", async () => {
  const script = { recall: answers(...Array.from({ length: 4 }, () => unavailable(AT_ONCE))) };
  await withServer(script, async (client, { calls }) => {
    const error = await failureOf(client.recall({ userId: "ana", query: "tea" }));

    assert.equal(error.code, Code.Unavailable);
    assert.equal(calls.length, 4);
  });
});

test("does not repeat what the server refused", async () => {
  const script = { recall: answers(new ConnectError("no", Code.InvalidArgument)) };
  await withServer(script, async (client, { calls }) => {
    const error = await failureOf(client.recall({ userId: "ana" }));

    assert.equal(error.code, Code.InvalidArgument);
    assert.equal(calls.length, 1);
  });
});

test("waits as long as the server asks", async () => {
  const script = { recall: answers(unavailable({ "grpc-retry-pushback-ms": "400" }), {}) };
  await withServer(script, async (client) => {
    const started = performance.now();
    await client.recall({ userId: "ana", query: "tea" });

    assert.ok(performance.now() - started >= 399);
  });
});

for (const pushback of ["-1", "soon", "1, 2", ""]) {
  test(`does not repeat if the server pushes back by "${pushback}"`, async () => {
    const script = { recall: answers(unavailable({ "grpc-retry-pushback-ms": pushback })) };
    await withServer(script, async (client, { calls }) => {
      await failureOf(client.recall({ userId: "ana", query: "tea" }));

      assert.equal(calls.length, 1);
    });
  });
}

test("never goes on past the deadline", async () => {
  const script = { recall: answers(unavailable({ "grpc-retry-pushback-ms": "60000" })) };
  await withServer(script, async (client, { calls }) => {
    const started = performance.now();
    const error = await failureOf(
      client.recall({ userId: "ana", query: "tea" }, { timeoutMs: 200 }),
    );

    assert.equal(error.code, Code.DeadlineExceeded);
    assert.ok(performance.now() - started < 5000);
    assert.equal(calls.length, 1);
  });
});

test("ends when the caller aborts between two attempts", async () => {
  const controller = new AbortController();
  const recall = () => {
    setImmediate(() => controller.abort());
    throw unavailable({ "grpc-retry-pushback-ms": "60000" });
  };
  await withServer({ recall }, async (client) => {
    const error = await failureOf(
      client.recall({ userId: "ana", query: "tea" }, { signal: controller.signal }),
    );

    assert.equal(error.code, Code.Canceled);
  });
});

test("stops while more than half of the calls' tokens are lost", async () => {
  const recall = () => {
    throw unavailable(AT_ONCE);
  };
  await withServer({ recall }, async (client, { calls }) => {
    // 100 tokens: twelve calls of four attempts leave 52, the thirteenth ends with its second.
    for (let call = 0; call < 13; call++) {
      await failureOf(client.recall({ userId: "ana", query: "tea" }));
    }
    assert.equal(calls.length, 12 * 4 + 2);

    await failureOf(client.recall({ userId: "ana", query: "tea" }));
    assert.equal(calls.length, 12 * 4 + 3);
  });
});

test("repeats a call whose connection was lost", async () => {
  let cut: () => void = () => undefined;
  let count = 0;
  const recall = () => {
    count++;
    if (count === 1) {
      cut();
    }
    return { contextBlock: "tea" };
  };
  await withServer({ recall }, async (client, server) => {
    cut = () => server.cut();
    const answer = await client.recall({ userId: "ana", query: "tea" });

    assert.equal(answer.contextBlock, "tea");
    assert.equal(count, 2);
  });
});

test("leaves streams alone", async () => {
  let count = 0;
  const script = {
    // biome-ignore lint/correctness/useYield: it fails before it could
    async *chat() {
      count++;
      throw unavailable();
    },
    ingestStream: () => {
      count++;
      throw unavailable();
    },
  };
  await withServer(script, async (client) => {
    const chat = client.chat({ userId: "ana", message: "hello" });
    assert.equal((await failureOf(chat.next())).code, Code.Unavailable);
    assert.equal((await failureOf(client.ingestStream([INGEST]))).code, Code.Unavailable);
    assert.equal(count, 2);
  });
});

test("can be turned off", async () => {
  await withServer(
    { recall: answers(unavailable()) },
    async (client, { calls }) => {
      await failureOf(client.recall({ userId: "ana", query: "tea" }));

      assert.equal(calls.length, 1);
    },
    { retry: false },
  );
});
