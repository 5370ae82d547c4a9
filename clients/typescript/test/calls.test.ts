// The laws of calls: what goes out with each, when it ends, and what it takes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary } from "@bufbuild/protobuf";
import {
  AdminService,
  ApiKeyService,
  AuthService,
  Code,
  CreateMemoryRequestSchema,
  createMemoryClient,
  DeleteMemoryRequestSchema,
  type Interceptor,
  JobService,
  MemoryClient,
  MemoryService,
  RetentionService,
  TrustService,
  UserService,
} from "@memsvc/client/node";
import { failureOf } from "./support/errors.js";
import { ScriptedServer, type SeenCall, signalled, withServer } from "./support/server.js";

const RECALL = { recall: () => ({}) };
const QUESTION = { userId: "ana", query: "Where do I live?" };

test("every method of the contract is a method of the client, or of one of its services", async () => {
  await withServer({}, async (client) => {
    const within = Object.values(client.services).flatMap((service) => Object.keys(service));
    const services = [MemoryService, JobService, AdminService, UserService];
    const others = [ApiKeyService, AuthService, RetentionService, TrustService];
    for (const { localName } of [...services, ...others].flatMap(({ methods }) => methods)) {
      const method = MemoryClient.prototype[localName as "recall"];
      assert.ok(typeof method === "function" || within.includes(localName), localName);
    }
  });
});

test("a write without a request_id gets one, and the caller's message stays as it is", async () => {
  const script = { deleteMemory: () => ({}), createMemory: () => ({}) };
  await withServer(script, async (client, { calls }) => {
    const message = create(DeleteMemoryRequestSchema, { memoryId: "m" });
    const fields = { userId: "ana", content: "I like tea." };
    await client.deleteMemory(message);
    await client.createMemory(fields);

    const [first, second] = calls as [SeenCall, SeenCall];
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    assert.match(fromBinary(DeleteMemoryRequestSchema, first.bytes).requestId, uuid);
    assert.match(fromBinary(CreateMemoryRequestSchema, second.bytes).requestId, uuid);
    assert.equal(message.requestId, "");
    assert.deepEqual(fields, { userId: "ana", content: "I like tea." });
  });
});

test("a request_id that the caller chose is kept", async () => {
  await withServer({ deleteMemory: () => ({}) }, async (client, { calls }) => {
    await client.deleteMemory({ memoryId: "m", requestId: "mine" });

    const [seen] = calls as [SeenCall];
    assert.equal(fromBinary(DeleteMemoryRequestSchema, seen.bytes).requestId, "mine");
  });
});

test("every call has a deadline: its own, else the client's, else ten seconds", async () => {
  await withServer(RECALL, async (client, { calls, target }) => {
    const patient = createMemoryClient({ target, timeoutMs: 30_000 });
    await client.recall(QUESTION);
    await patient.recall(QUESTION);
    await patient.recall(QUESTION, { timeoutMs: 1500.2 });
    patient.close();

    const sent = calls.map(({ headers }) => headers.get("grpc-timeout"));
    assert.deepEqual(sent, ["10000m", "30000m", "1501m"]);
  });
});

test("streams have a deadline of 300 seconds, whatever the client's", async () => {
  const seen: (string | null)[] = [];
  const script = {
    // biome-ignore lint/correctness/useYield: a chat without events
    async *chat(_: unknown, { requestHeader }: { requestHeader: Headers }) {
      seen.push(requestHeader.get("grpc-timeout"));
    },
    async ingestStream(_: unknown, { requestHeader }: { requestHeader: Headers }) {
      seen.push(requestHeader.get("grpc-timeout"));
      return {};
    },
  };
  await withServer(
    script,
    async (client) => {
      await client.chat({ userId: "ana", message: "hello" }).next();
      await client.ingestStream([]);
      await client.ingestStream([], { timeoutMs: 5000 });

      assert.deepEqual(seen, ["300000m", "300000m", "5000m"]);
    },
    { timeoutMs: 1000 },
  );
});

test("a call without time ends before it is sent, and endless ones are refused", async () => {
  await withServer(RECALL, async (client, { calls, target }) => {
    const error = await failureOf(client.recall(QUESTION, { timeoutMs: -5 }));
    assert.equal(error.code, Code.DeadlineExceeded);
    for (const timeoutMs of [Number.POSITIVE_INFINITY, Number.NaN]) {
      await assert.rejects(client.recall(QUESTION, { timeoutMs }), RangeError);
      assert.throws(() => createMemoryClient({ target, timeoutMs }), RangeError);
    }
    assert.equal(calls.length, 0);
  });
});

test("a call ends when its time is over, and the server is told", async () => {
  const told = signalled();
  const recall = (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise<never>(() => signal.addEventListener("abort", told.resolve));
  await withServer({ recall }, async (client) => {
    const error = await failureOf(client.recall(QUESTION, { timeoutMs: 50 }));

    assert.equal(error.code, Code.DeadlineExceeded);
    await told.promise;
  });
});

test("a call's headers win over the client's, which win over the key", async () => {
  const headers = { "X-Team": "search", "x-request-id": "r-1" };
  await withServer(
    RECALL,
    async (client, { calls }) => {
      await client.recall(QUESTION);
      await client.recall(QUESTION, {
        headers: { "x-request-id": "r-2", traceparent: "00-1-2-01" },
      });
      await client.recall(QUESTION, { headers: { authorization: "Bearer other" } });

      const sent = (key: string) => calls.map((call) => call.headers.get(key));
      assert.deepEqual(sent("authorization"), ["Bearer k", "Bearer k", "Bearer other"]);
      assert.deepEqual(sent("x-team"), ["search", "search", "search"]);
      assert.deepEqual(sent("x-request-id"), ["r-1", "r-2", "r-1"]);
      assert.deepEqual(sent("traceparent"), [null, "00-1-2-01", null]);
    },
    { apiKey: "k", headers },
  );
});

test("without a key there is no authorization", async () => {
  await withServer(RECALL, async (client, { calls }) => {
    await client.recall(QUESTION);

    assert.equal(calls[0]?.headers.has("authorization"), false);
  });
});

test("an interceptor sees one call, adds headers, and reads the answer's", async () => {
  const seen: string[] = [];
  const traced: Interceptor = (next) => (request) => {
    seen.push(request.method.name);
    request.header.set("traceparent", "00-1-2-01");
    return next(request);
  };
  await withServer(
    RECALL,
    async (client, { calls }) => {
      const answer: string[] = [];
      await client.recall(QUESTION, { onTrailer: (trailer) => answer.push(...trailer.keys()) });

      assert.deepEqual(seen, ["Recall"]);
      assert.equal(calls[0]?.headers.get("traceparent"), "00-1-2-01");
      assert.ok(answer.includes("grpc-status"));
    },
    { interceptors: [traced] },
  );
});

test("the caller's signal cancels a call, here and at the server", async () => {
  const begun = signalled();
  const told = signalled();
  const recall = (_: unknown, { signal }: { signal: AbortSignal }) => {
    begun.resolve();
    return new Promise<never>(() => signal.addEventListener("abort", told.resolve));
  };
  await withServer({ recall }, async (client, { calls }) => {
    const controller = new AbortController();
    const failure = failureOf(client.recall(QUESTION, { signal: controller.signal }));
    await begun.promise;
    controller.abort();

    assert.equal((await failure).code, Code.Canceled);
    await told.promise;

    const late = await failureOf(client.recall(QUESTION, { signal: controller.signal }));
    assert.equal(late.code, Code.Canceled);
    assert.equal(calls.length, 1);
  });
});

test("close cancels the calls under way and those to come", async () => {
  const begun = signalled();
  const recall = () => {
    begun.resolve();
    return new Promise<never>(() => undefined);
  };
  await withServer({ recall }, async (client) => {
    const failure = failureOf(client.recall(QUESTION));
    await begun.promise;
    client.close();

    assert.equal((await failure).code, Code.Canceled);
    assert.equal((await failureOf(client.recall(QUESTION))).code, Code.Canceled);
    assert.equal((await failureOf(client.waitUntilReady())).code, Code.Canceled);
  });
});

test("what is no request is refused as such, and not sent", async () => {
  await withServer(RECALL, async (client, { calls }) => {
    await assert.rejects(client.recall({ ...QUESTION, limit: 1.5 }), /limit/);

    assert.equal(calls.length, 0);
  });
});

test("an answer above the limit is RESOURCE_EXHAUSTED, one below arrives", async () => {
  const recall = ({ query }: { query: string }) => ({ contextBlock: "x".repeat(Number(query)) });
  await withServer({ recall }, async (client, { target }) => {
    const megabyte = 1024 * 1024;
    const roomy = createMemoryClient({ target, maxMessageBytes: 6 * megabyte });
    const ask = (bytes: number) => ({ userId: "ana", query: String(bytes) });
    const error = await failureOf(client.recall(ask(4 * megabyte)));
    const answer = await client.recall(ask(4 * megabyte - 1000));
    const large = await roomy.recall(ask(5 * megabyte));
    roomy.close();

    assert.equal(error.code, Code.ResourceExhausted);
    assert.equal(answer.contextBlock.length, 4 * megabyte - 1000);
    assert.equal(large.contextBlock.length, 5 * megabyte);
  });
});

test("a target is a host and a port, also as gRPC names it", async () => {
  const server = await ScriptedServer.start(RECALL);
  const client = createMemoryClient({ target: `dns:///localhost:${server.port}` });
  await client.recall(QUESTION);
  client.close();
  server.stop();

  for (const target of ["http://127.0.0.1:1", "a b:1", "host:port", "host:1/path", "me@host:1"]) {
    assert.throws(() => createMemoryClient({ target }), TypeError, target);
  }
});
