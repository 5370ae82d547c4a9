// The laws of users as a whole: exports are lines, imports are made of lines, and what is repeated.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { ImportUserRequest } from "@memsvc/client/node";
import { failureOf, unavailable } from "./support/errors.js";
import { signalled, withServer } from "./support/server.js";

for (const web of [false, true]) {
  const over = web ? "web: " : "";

  test(`${over}an export yields lines, whatever pieces they came in and whatever they hold`, async () => {
    async function* exportUser() {
      yield* [{ lines: '{"a":1}\n{"b":"\u2028"}\n' }, { lines: "" }, { lines: '{"c":3}\n' }];
    }
    await withServer(
      { exportUser },
      async (client) => {
        const lines: string[] = [];
        for await (const line of client.exportUser({ userId: "ana" })) {
          lines.push(line);
        }

        assert.deepEqual(lines, ['{"a":1}', '{"b":"\u2028"}', '{"c":3}']);
      },
      { web },
    );
  });
}

test("leaving the loop of an export cancels it at the server", async () => {
  const told = signalled();
  async function* exportUser(_: unknown, { signal }: HandlerContext) {
    signal.addEventListener("abort", told.resolve);
    while (!signal.aborted) {
      yield { lines: "{}\n" };
      await new Promise(setImmediate);
    }
  }
  await withServer({ exportUser }, async (client) => {
    for await (const _ of client.exportUser({ userId: "ana" })) {
      break;
    }

    await told.promise;
  });
});

test("an export can be left while a line is awaited", { timeout: 5000 }, async () => {
  const told = signalled();
  async function* exportUser(_: unknown, { signal }: HandlerContext) {
    yield { lines: "{}\n" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    told.resolve();
  }
  await withServer({ exportUser }, async (client) => {
    const lines = client.exportUser({ userId: "ana" });
    await lines.next();
    const awaited = lines.next();
    await lines.return();

    assert.deepEqual(await awaited, { done: true, value: undefined });
    await told.promise;
  });
});

test("an import sends whole lines in pieces below the limit, for the user that is named", async () => {
  const pieces: ImportUserRequest[] = [];
  async function importUser(requests: AsyncIterable<ImportUserRequest>) {
    for await (const piece of requests) {
      pieces.push(piece);
    }
    return { memoryCount: 4n };
  }
  const long = "x".repeat(256 * 1024 - 2);
  await withServer({ importUser }, async (client) => {
    const { memoryCount } = await client.importUser(["{}", "{}\n", long, long], { userId: "ben" });

    assert.equal(memoryCount, 4n);
    assert.deepEqual(
      pieces.map(({ lines }) => lines),
      ["{}\n{}\n", `${long}\n`, `${long}\n`],
    );
    assert.ok(pieces.every(({ userId }) => userId === "ben"));
  });
});

test("what the lines throw is thrown, and a text is not taken for lines", async () => {
  const broken = new Error("no more");
  function* source() {
    yield "{}";
    throw broken;
  }
  async function importUser(requests: AsyncIterable<ImportUserRequest>) {
    for await (const _ of requests);
    return {};
  }
  await withServer({ importUser }, async (client) => {
    await assert.rejects(client.importUser(source()), broken);
    await assert.rejects(client.importUser("{}\n"), TypeError);
  });
});

test("erasing is retried; reopening, exporting and importing are not", async () => {
  const attempts: string[] = [];
  const away = (method: string) => () => {
    attempts.push(method);
    throw unavailable();
  };
  const script = {
    eraseUser: away("erase"),
    reopenUser: away("reopen"),
    exportUser: away("export"),
    importUser: away("import"),
  };
  await withServer(script, async (client) => {
    for (const call of [
      () => client.eraseUser({ userId: "ana" }),
      () => client.reopenUser({ userId: "ana" }),
      () => client.exportUser({ userId: "ana" }).next(),
      () => client.importUser(["{}"]),
    ]) {
      assert.equal((await failureOf(call())).code, Code.Unavailable);
    }

    const erasures = ["erase", "erase", "erase", "erase"];
    assert.deepEqual(attempts, [...erasures, "reopen", "export", "import"]);
  });
});

test("a browser's client says that it cannot import", async () => {
  await withServer(
    {},
    async (client) => {
      assert.equal((await failureOf(client.importUser(["{}"]))).code, Code.Unimplemented);
    },
    { web: true },
  );
});

test("limits and quota are asked for without a request", async () => {
  const script = {
    getLimits: () => ({ limits: [{ name: "page_size", value: 500 }] }),
    getQuota: () => {
      throw new ConnectError("not now", Code.ResourceExhausted);
    },
  };
  await withServer(script, async (client) => {
    assert.equal((await client.getLimits()).limits[0]?.value, 500);
    assert.equal((await failureOf(client.getQuota())).code, Code.ResourceExhausted);
  });
});
