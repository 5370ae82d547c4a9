// The laws of waiting: it ends when the server takes connections, when the time is over, or when the
// caller ends it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, createMemoryClient as nodeClient } from "@memsvc/client/node";
import { createMemoryClient as webClient } from "@memsvc/client/web";
import { failureOf } from "./support/errors.js";
import { ScriptedServer } from "./support/server.js";

for (const web of [false, true]) {
  const runtime = web ? "web" : "node";
  const clientOf = (target: string) =>
    web ? webClient({ baseUrl: `http://${target}` }) : nodeClient({ target });

  test(`${runtime}: it ends when the server has started`, async () => {
    const before = await ScriptedServer.start({}, web);
    const { target, port } = before;
    before.stop();
    const client = clientOf(target);
    // Another connection that fails shows that the client had the time to try once.
    const waiting = client.waitUntilReady();
    await failureOf(clientOf(target).waitUntilReady({ timeoutMs: 150 }));
    const server = await ScriptedServer.start({}, web, port);

    await waiting;
    assert.equal((await client.getServerInfo()).version, "test");
    client.close();
    server.stop();
  });

  test(`${runtime}: it is UNAVAILABLE when the time is over`, async () => {
    const client = clientOf("127.0.0.1:1");
    const error = await failureOf(client.waitUntilReady({ timeoutMs: 250 }));

    assert.equal(error.code, Code.Unavailable);
    assert.match(error.message, /no connection to .*127\.0\.0\.1:1 within 0\.25 s/);
    assert.ok(error.cause instanceof Error);
  });

  test(`${runtime}: it is CANCELLED when the caller ends it`, async () => {
    const controller = new AbortController();
    const client = clientOf("127.0.0.1:1");
    const failure = failureOf(client.waitUntilReady({ signal: controller.signal }));
    controller.abort();

    assert.equal((await failure).code, Code.Canceled);
  });
}
