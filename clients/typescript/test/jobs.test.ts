// The laws of jobs: a watch ends when the job has, or when the caller leaves it, and writes happen once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { ConsolidateRequestSchema, JobState, RequeueJobRequestSchema } from "@memsvc/client/node";
import { failureOf, unavailable } from "./support/errors.js";
import { answers, type SeenCall, signalled, withServer } from "./support/server.js";

for (const web of [false, true]) {
  const over = web ? "web: " : "";

  test(`${over}a watch yields the states of the job and ends with the stream`, async () => {
    const states = [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED];
    async function* watchJob({ jobId }: { jobId: string }) {
      for (const state of states) {
        yield { job: { jobId, state } };
      }
    }
    await withServer(
      { watchJob },
      async (client) => {
        const seen: string[] = [];
        for await (const { job } of client.watchJob({ jobId: "j1" })) {
          seen.push(`${job?.jobId} ${job?.state}`);
        }

        assert.deepEqual(
          seen,
          states.map((state) => `j1 ${state}`),
        );
      },
      { web },
    );
  });

  test(`${over}leaving the loop of a watch cancels it at the server`, async () => {
    const told = signalled();
    async function* watchJob(_: unknown, { signal }: HandlerContext) {
      signal.addEventListener("abort", told.resolve);
      while (!signal.aborted) {
        yield { job: { state: JobState.RUNNING } };
        await new Promise(setImmediate);
      }
    }
    await withServer(
      { watchJob },
      async (client) => {
        for await (const _ of client.watchJob({ jobId: "j1" })) {
          break;
        }

        await told.promise;
      },
      { web },
    );
  });
}

test("a watch has five minutes unless it is told otherwise", async () => {
  const timeouts: (string | null)[] = [];
  // biome-ignore lint/correctness/useYield: a job that is not there
  async function* watchJob(_: unknown, { requestHeader }: HandlerContext) {
    timeouts.push(requestHeader.get("grpc-timeout"));
    throw new ConnectError("none", Code.NotFound);
  }
  await withServer({ watchJob }, async (client) => {
    await failureOf(client.watchJob({ jobId: "j1" }).next());
    await failureOf(client.watchJob({ jobId: "j1" }, { timeoutMs: 5000 }).next());

    assert.deepEqual(timeouts, ["300000m", "5000m"]);
  });
});

test("a watch that the server could not take is not retried", async () => {
  let attempts = 0;
  // biome-ignore lint/correctness/useYield: a server that is not there
  async function* watchJob() {
    attempts++;
    throw unavailable();
  }
  await withServer({ watchJob }, async (client) => {
    const error = await failureOf(client.watchJob({ jobId: "j1" }).next());

    assert.equal(error.code, Code.Unavailable);
    assert.equal(attempts, 1);
  });
});

test("consolidating and queueing again happen once, whatever is repeated", async () => {
  const script = {
    consolidate: answers(unavailable(), { jobId: "j1" }),
    requeueJob: () => ({ job: { jobId: "j1" } }),
  };
  await withServer(script, async (client, { calls }) => {
    await client.consolidate({ userId: "ana" });
    await client.requeueJob({ jobId: "j1" });

    const [first, second, third] = calls as [SeenCall, SeenCall, SeenCall];
    const { requestId } = fromBinary(ConsolidateRequestSchema, first.bytes);
    assert.notEqual(requestId, "");
    assert.equal(fromBinary(ConsolidateRequestSchema, second.bytes).requestId, requestId);
    assert.notEqual(fromBinary(RequeueJobRequestSchema, third.bytes).requestId, "");
  });
});
