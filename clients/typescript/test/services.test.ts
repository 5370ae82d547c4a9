// The laws of the other services: their calls are the client's, in terms, retries and errors.

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ApproveMemoriesRequestSchema, ErrorReason } from "@memsvc/client/node";
import { ErrorInfoSchema, RetryInfoSchema } from "../src/gen/google/rpc/error_details_pb.js";
import { failureOf, unavailable } from "./support/errors.js";
import { answers, type SeenCall, withServer } from "./support/server.js";

for (const web of [false, true]) {
  const over = web ? "web: " : "";

  test(`${over}calls of a service have the client's credential, headers and deadline`, async () => {
    await withServer(
      { listApiKeys: () => ({}) },
      async (client, { calls }) => {
        await client.services.apiKeys.listApiKeys({});
        await client.services.apiKeys.listApiKeys(
          {},
          { headers: { "x-place": "call" }, timeoutMs: 2000 },
        );

        const [one, other] = calls as [SeenCall, SeenCall];
        assert.equal(one.headers.get("authorization"), "Bearer k");
        assert.equal(one.headers.get("x-place"), "client");
        assert.equal(one.headers.get("grpc-timeout"), "5000m");
        assert.equal(other.headers.get("x-place"), "call");
        assert.equal(other.headers.get("grpc-timeout"), "2000m");
      },
      { web, apiKey: "k", headers: { "x-place": "client" }, timeoutMs: 5000 },
    );
  });
}

test("what may be repeated is, with one requestId; what gives out a secret is tried once", async () => {
  const script = {
    approveMemories: answers(unavailable(), {}),
    createApiKey: answers(unavailable()),
  };
  await withServer(script, async (client, { calls }) => {
    const request = create(ApproveMemoriesRequestSchema, { memoryIds: ["m1"] });
    await client.services.trust.approveMemories(request);
    const error = await failureOf(client.services.apiKeys.createApiKey({ name: "checkout" }));

    const [first, second] = calls as [SeenCall, SeenCall];
    assert.equal(error.code, Code.Unavailable);
    assert.equal(calls.length, 3);
    assert.notEqual(fromBinary(ApproveMemoriesRequestSchema, first.bytes).requestId, "");
    assert.deepEqual(first.bytes, second.bytes);
    assert.equal(request.requestId, "");
  });
});

test("errors of a service are the client's, with facts and delay", async () => {
  const refused = (code: Code, reason: string, seconds: bigint) =>
    new ConnectError("no", code, undefined, [
      { desc: ErrorInfoSchema, value: { reason, domain: "memsvc.dev", metadata: { scope: "x" } } },
      { desc: RetryInfoSchema, value: { retryDelay: { seconds } } },
    ]);
  const script = {
    createApiKey: answers(refused(Code.PermissionDenied, "SCOPE_MISSING", 0n)),
    listAuditEntries: answers(refused(Code.ResourceExhausted, "RATE_LIMITED", 2n)),
  };
  await withServer(script, async (client) => {
    const denied = await failureOf(client.services.apiKeys.createApiKey({}));
    const limited = await failureOf(client.services.admin.listAuditEntries({}));

    assert.equal(denied.code, Code.PermissionDenied);
    assert.equal(denied.errorReason, ErrorReason.SCOPE_MISSING);
    assert.equal(denied.metadata["scope"], "x");
    assert.equal(limited.code, Code.ResourceExhausted);
    assert.equal(limited.retryAfterMs, 2000);
  });
});
