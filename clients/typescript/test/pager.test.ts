// The laws of lists: pages are fetched as they are needed, each as a call of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListDeadJobsRequest, ListMemoriesRequest } from "@memsvc/client/node";
import { failureOf, unavailable } from "./support/errors.js";
import { withServer } from "./support/server.js";

/** Three pages of two memories, named by their page and place. */
function listMemories({ pageToken }: ListMemoriesRequest) {
  const page = Number(pageToken || "0");
  const memories = [0, 1].map((place) => ({ memoryId: `${page}.${place}` }));
  return { memories, nextPageToken: page < 2 ? String(page + 1) : "" };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) {
    collected.push(item);
  }
  return collected;
}

test("a list has the items of all pages, and each iteration begins anew", async () => {
  await withServer({ listMemories }, async (client, { calls }) => {
    const pager = client.listMemories({ userId: "ana" });
    assert.equal(calls.length, 0);

    const ids = ["0.0", "0.1", "1.0", "1.1", "2.0", "2.1"];
    assert.deepEqual(
      (await collect(pager)).map(({ memoryId }) => memoryId),
      ids,
    );
    assert.equal((await collect(pager)).length, ids.length);
    assert.equal(calls.length, 6);
  });
});

test("nothing is fetched that is not asked for", async () => {
  await withServer({ listMemories }, async (client, { calls }) => {
    for await (const { memoryId } of client.listMemories({ userId: "ana" })) {
      if (memoryId === "1.0") {
        break;
      }
    }

    assert.equal(calls.length, 2);
  });
});

test("a list begins at the request's page token, and keeps the other fields", async () => {
  const seen: string[] = [];
  const list = (request: ListMemoriesRequest) => {
    seen.push(`${request.userId} ${request.pageSize} ${request.pageToken}`);
    return listMemories(request);
  };
  await withServer({ listMemories: list }, async (client) => {
    const request = { userId: "ana", pageSize: 2, pageToken: "1" };
    const pager = client.listMemories(request);
    request.userId = "ben";
    await collect(pager);

    assert.deepEqual(seen, ["ana 2 1", "ana 2 2"]);
  });
});

test("the pages can be had as they are", async () => {
  await withServer({ listMemories }, async (client) => {
    const pages = await collect(client.listMemories({ userId: "ana" }).pages());

    assert.deepEqual(
      pages.map(({ nextPageToken }) => nextPageToken),
      ["1", "2", ""],
    );
  });
});

test("each page is retried and has its own deadline", async () => {
  let failures = 0;
  const list = (request: ListMemoriesRequest) => {
    if (request.pageToken === "1" && failures === 0) {
      failures++;
      throw unavailable();
    }
    return listMemories(request);
  };
  await withServer({ listMemories: list }, async (client, { calls }) => {
    const items = await collect(client.listMemories({ userId: "ana" }, { timeoutMs: 5000 }));

    assert.equal(items.length, 6);
    const fresh = calls.filter(({ headers }) => headers.get("grpc-timeout") === "5000m");
    assert.equal(fresh.length, 3);
  });
});

test("a page that fails ends the list with its error", async () => {
  const list = (request: ListMemoriesRequest) => {
    if (request.pageToken === "1") {
      throw unavailable({ "grpc-retry-pushback-ms": "-1" });
    }
    return listMemories(request);
  };
  await withServer({ listMemories: list }, async (client) => {
    const error = await failureOf(collect(client.listMemories({ userId: "ana" })));

    assert.equal(error.codeName, "UNAVAILABLE");
  });
});

test("search, timeline and dead jobs are lists too", async () => {
  const script = {
    search: () => ({ results: [{ score: 7 }] }),
    listMemoryTimeline: () => ({ memories: [{ memoryId: "t" }] }),
    listDeadJobs: ({ pageToken }: ListDeadJobsRequest) => ({
      jobs: [{ jobId: `j${pageToken}` }],
      nextPageToken: pageToken === "" ? "2" : "",
    }),
  };
  await withServer(script, async (client) => {
    const found = await collect(client.search({ query: "tea" }));
    const history = await collect(client.listMemoryTimeline({ userId: "ana" }));
    const dead = await collect(client.listDeadJobs());

    assert.equal(found[0]?.score, 7);
    assert.equal(history[0]?.memoryId, "t");
    assert.deepEqual(
      dead.map(({ jobId }) => jobId),
      ["j", "j2"],
    );
  });
});
