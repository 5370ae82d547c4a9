// The laws of the client for browsers: it does over gRPC-Web what the other does over gRPC, as far as
// fetch can.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectError, type HandlerContext } from "@connectrpc/connect";
import { Code, ErrorReason } from "@memsvc/client";
import { createMemoryClient } from "@memsvc/client/web";
import { ErrorInfoSchema } from "../src/gen/google/rpc/error_details_pb.js";
import { failureOf, unavailable } from "./support/errors.js";
import { answers, signalled, withServer } from "./support/server.js";

const QUESTION = { userId: "ana", query: "Where do I live?" };
const WEB = { web: true, apiKey: "k" };

test("web: calls are retried, with a key and a deadline", async () => {
  const script = { recall: answers(unavailable(), { contextBlock: "Austin" }) };
  await withServer(
    script,
    async (client, { calls }) => {
      const answer = await client.recall(QUESTION);

      assert.equal(answer.contextBlock, "Austin");
      const [first, second] = calls;
      assert.equal(first?.headers.get("content-type"), "application/grpc-web+proto");
      assert.equal(first?.headers.get("authorization"), "Bearer k");
      assert.equal(first?.headers.get("grpc-timeout"), "10000m");
      assert.equal(second?.headers.get("grpc-previous-rpc-attempts"), "1");
    },
    WEB,
  );
});

test("web: errors carry their details", async () => {
  const value = { domain: "memsvc.dev", reason: "MEMORY_NOT_FOUND" };
  const detail = { desc: ErrorInfoSchema, value };
  const getMemory = answers(new ConnectError("gone", Code.NotFound, undefined, [detail]));
  await withServer(
    { getMemory },
    async (client) => {
      const error = await failureOf(client.getMemory({ memoryId: "m" }));

      assert.equal(error.code, Code.NotFound);
      assert.equal(error.errorReason, ErrorReason.MEMORY_NOT_FOUND);
    },
    WEB,
  );
});

test("web: details that cannot be read do not hide the error", async () => {
  const trailer = { "grpc-status-details-bin": "%%%" };
  const recall = answers(new ConnectError("gone", Code.NotFound, trailer));
  await withServer(
    { recall },
    async (client) => {
      const error = await failureOf(client.recall(QUESTION));

      assert.equal(error.code, Code.NotFound);
      assert.equal(error.message, "gone");
    },
    WEB,
  );
});

test("web: an answer above the limit is RESOURCE_EXHAUSTED, one below arrives", async () => {
  const recall = ({ query }: { query: string }) => ({ contextBlock: "x".repeat(Number(query)) });
  await withServer(
    { recall },
    async (client) => {
      const ask = (bytes: number) => ({ userId: "ana", query: String(bytes) });
      const error = await failureOf(client.recall(ask(10_000)));
      const answer = await client.recall(ask(9000));

      assert.equal(error.code, Code.ResourceExhausted);
      assert.equal(answer.contextBlock.length, 9000);
    },
    { ...WEB, maxMessageBytes: 9500 },
  );
});

test("web: a chat yields its events, and leaving its loop cancels it", async () => {
  const told = signalled();
  async function* chat(_: unknown, { signal }: HandlerContext) {
    signal.addEventListener("abort", told.resolve);
    for (let index = 0; !signal.aborted; index++) {
      yield { event: { case: "delta" as const, value: { text: String(index) } } };
      await new Promise(setImmediate);
    }
  }
  await withServer(
    { chat },
    async (client) => {
      let count = 0;
      for await (const { event } of client.chat({ userId: "ana", message: "hello" })) {
        assert.deepEqual(event.case === "delta" && event.value.text, String(count));
        count++;
        if (count === 3) {
          break;
        }
      }

      await told.promise;
    },
    WEB,
  );
});

test("web: an upload says that it needs HTTP/2", async () => {
  await withServer(
    {},
    async (client) => {
      const error = await failureOf(client.ingestStream([]));

      assert.equal(error.code, Code.Unimplemented);
      assert.match(error.message, /^client streams need HTTP\/2/);
    },
    WEB,
  );
});

test("web: a connection that is refused or lost is UNAVAILABLE", async () => {
  const absent = createMemoryClient({ baseUrl: "http://127.0.0.1:1", retry: false });
  assert.equal((await failureOf(absent.recall(QUESTION))).code, Code.Unavailable);

  let cut: () => void = () => undefined;
  const recall = () => {
    cut();
    return {};
  };
  await withServer(
    { recall },
    async (client, server) => {
      cut = () => server.cut();
      assert.equal((await failureOf(client.recall(QUESTION))).code, Code.Unavailable);
    },
    { ...WEB, retry: false },
  );
});

test("web: a proxy without a server behind it is UNAVAILABLE", async () => {
  const fetch = async () => new Response("no healthy upstream", { status: 503 });
  const client = createMemoryClient({ baseUrl: "http://127.0.0.1:1", retry: false, fetch });

  assert.equal((await failureOf(client.recall(QUESTION))).code, Code.Unavailable);
});

test("web: a call ends when its time is over", async () => {
  const recall = () => new Promise<never>(() => undefined);
  await withServer(
    { recall },
    async (client) => {
      const error = await failureOf(client.recall(QUESTION, { timeoutMs: 50 }));

      assert.equal(error.code, Code.DeadlineExceeded);
    },
    WEB,
  );
});
