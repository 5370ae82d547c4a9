// The laws of errors: what the server says about an error comes out as one typed error, and what cannot
// be read counts as absent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, encodeBinaryHeader } from "@connectrpc/connect";
import {
  createMemoryClient,
  ErrorReason,
  MemoryClient,
  MemsvcError,
  type Transport,
} from "@memsvc/client/node";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from "../src/gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../src/gen/google/rpc/status_pb.js";
import { failureOf } from "./support/errors.js";
import { withRawServer } from "./support/raw.js";
import { answers, withServer } from "./support/server.js";

const QUESTION = { userId: "ana", query: "Where do I live?" };

type Info = MessageInitShape<typeof ErrorInfoSchema>;

function infoDetail(info: Info) {
  return { desc: ErrorInfoSchema, value: { domain: "memsvc.dev", ...info } };
}

function packedStatus(code: number, info: Info): string {
  const details = [anyPack(ErrorInfoSchema, create(ErrorInfoSchema, infoDetail(info).value))];
  const status = create(StatusSchema, { code, message: "another text", details });
  return encodeBinaryHeader(status, StatusSchema);
}

async function failureWith(error: ConnectError): Promise<MemsvcError> {
  const failures: MemsvcError[] = [];
  await withServer(
    { recall: answers(error) },
    async (client) => {
      failures.push(await failureOf(client.recall(QUESTION)));
    },
    { retry: false },
  );
  return failures[0] as MemsvcError;
}

test("an error carries all that the server says about it", async () => {
  const metadata = { field: "query", error_id: "e-1" };
  const violation = { field: "query", description: "is empty" };
  const error = await failureWith(
    new ConnectError("The text ü.", Code.InvalidArgument, undefined, [
      infoDetail({ reason: "FIELD_INVALID", metadata }),
      { desc: BadRequestSchema, value: { fieldViolations: [violation] } },
      { desc: RetryInfoSchema, value: { retryDelay: { seconds: 1n, nanos: 500_000_000 } } },
      { desc: RequestInfoSchema, value: { requestId: "r-1" } },
    ]),
  );

  assert.equal(error.code, Code.InvalidArgument);
  assert.equal(error.codeName, "INVALID_ARGUMENT");
  assert.equal(error.reason, "FIELD_INVALID");
  assert.equal(error.errorReason, ErrorReason.FIELD_INVALID);
  assert.equal(error.message, "The text ü.");
  assert.deepEqual(error.metadata, metadata);
  assert.deepEqual(error.fieldViolations, [violation]);
  assert.equal(error.retryAfterMs, 1500);
  assert.equal(error.errorId, "e-1");
  assert.equal(error.requestId, "r-1");
  assert.ok(error.cause instanceof ConnectError);
});

test("an error without details has empty ones, and the trailer's request id", async () => {
  const trailer = { "x-request-id": "r-2" };
  const error = await failureWith(new ConnectError("gone", Code.NotFound, trailer));

  assert.equal(error.code, Code.NotFound);
  assert.equal(error.reason, "");
  assert.equal(error.errorReason, ErrorReason.UNSPECIFIED);
  assert.deepEqual(error.metadata, {});
  assert.deepEqual(error.fieldViolations, []);
  assert.equal(error.retryAfterMs, undefined);
  assert.equal(error.errorId, "");
  assert.equal(error.requestId, "r-2");
});

test("the ErrorInfo of another domain is ignored", async () => {
  const foreign = infoDetail({ reason: "MEMORY_NOT_FOUND", domain: "proxy.example.com" });
  const own = infoDetail({ reason: "OVERLOADED" });
  const alone = await failureWith(new ConnectError("", Code.NotFound, undefined, [foreign]));
  const both = await failureWith(new ConnectError("", Code.NotFound, undefined, [foreign, own]));

  assert.equal(alone.reason, "");
  assert.equal(both.errorReason, ErrorReason.OVERLOADED);
});

for (const reason of ["BRAND_NEW", "6", "toString", ""]) {
  test(`a reason that this client does not know is still there: "${reason}"`, async () => {
    const detail = infoDetail({ reason });
    const error = await failureWith(new ConnectError("", Code.Aborted, undefined, [detail]));

    assert.equal(error.reason, reason);
    assert.equal(error.errorReason, ErrorReason.UNSPECIFIED);
  });
}

test("a method that the server does not know says so, one not implemented does not", async () => {
  await withServer({}, async (client) => {
    const error = await failureOf(client.recall(QUESTION));

    assert.equal(error.code, Code.Unimplemented);
    assert.match(error.message, /^the server does not know the method Recall; upgrade the server/);
  });
  const known = infoDetail({ reason: "NOT_IMPLEMENTED" });
  const error = await failureWith(
    new ConnectError("later", Code.Unimplemented, undefined, [known]),
  );
  assert.equal(error.message, "later");
});

// Each end of a call with what comes out: status, text and reason.
const ENDS: Record<string, [Record<string, string>, string, string, string]> = {
  "details that are no Base64": [
    { "grpc-status": "5", "grpc-message": "gone", "grpc-status-details-bin": "%%%" },
    "NOT_FOUND",
    "gone",
    "",
  ],
  "details that are no Status": [
    { "grpc-status": "5", "grpc-message": "gone", "grpc-status-details-bin": "gibberishgibberish" },
    "NOT_FOUND",
    "gone",
    "",
  ],
  "details of another status": [
    {
      "grpc-status": "5",
      "grpc-message": "gone",
      "grpc-status-details-bin": packedStatus(0, { reason: "MEMORY_NOT_FOUND" }),
    },
    "NOT_FOUND",
    "gone",
    "MEMORY_NOT_FOUND",
  ],
  "a text with wrong escapes": [
    { "grpc-status": "5", "grpc-message": "100%, %ff and %C3%BC" },
    "NOT_FOUND",
    "100%, \ufffd and ü",
    "",
  ],
  "a status that there is not": [{ "grpc-status": "99", "grpc-message": "?" }, "UNKNOWN", "?", ""],
};

for (const [what, [status, code, message, reason]] of Object.entries(ENDS)) {
  for (const messages of [undefined, []]) {
    const where = messages === undefined ? "header" : "trailer";
    test(`${what} in the ${where} do not hide the error`, async () => {
      await withRawServer({ status, ...(messages && { messages }) }, async (client) => {
        for (const call of [
          client.recall(QUESTION),
          client.chat({ userId: "ana", message: "hello" }).next(),
        ]) {
          const error = await failureOf(call);

          assert.equal(error.codeName, code);
          assert.equal(error.message, message);
          assert.equal(error.reason, reason);
        }
      });
    });
  }
}

test("details that cannot be read do not hide those that can", async () => {
  const error = new ConnectError("", Code.NotFound);
  error.details = [{ type: "google.rpc.BadRequest", value: new Uint8Array([255, 255]) }];
  error.details.push(infoDetail({ reason: "MEMORY_NOT_FOUND" }));
  const failure = await failureWith(error);

  assert.equal(failure.errorReason, ErrorReason.MEMORY_NOT_FOUND);
  assert.deepEqual(failure.fieldViolations, []);
});

test("a server that is not there is UNAVAILABLE", async () => {
  const client = createMemoryClient({ target: "127.0.0.1:1", retry: false });
  const error = await failureOf(client.recall(QUESTION));

  assert.equal(error.code, Code.Unavailable);
  assert.equal(error.reason, "");
});

test("a connection that is lost during a call is UNAVAILABLE", async () => {
  let cut: () => void = () => undefined;
  const recall = () => {
    cut();
    return {};
  };
  await withServer(
    { recall },
    async (client, server) => {
      cut = () => server.cut();
      const error = await failureOf(client.recall(QUESTION));

      assert.equal(error.code, Code.Unavailable);
    },
    { retry: false },
  );
});

test("as a string, an error tells status, reason, text and error_id", () => {
  const metadata = { error_id: "e-1" };
  const error = new MemsvcError(Code.NotFound, "No.", { reason: "MEMORY_NOT_FOUND", metadata });
  const cancelled = new MemsvcError(Code.Canceled, "No.");

  assert.equal(String(error), "MemsvcError: NOT_FOUND MEMORY_NOT_FOUND: No. (error_id e-1)");
  assert.equal(error.message, "No.");
  assert.equal(String(cancelled), "MemsvcError: CANCELLED: No.");
});

test("a proxy that ends a call when its time is over ends it DEADLINE_EXCEEDED", async () => {
  const proxied = (early: boolean): Transport => {
    const end = async (timeoutMs: number | undefined): Promise<never> => {
      const over = early ? 0 : performance.now() + (timeoutMs ?? 0);
      while (performance.now() < over) {
        await new Promise(setImmediate);
      }
      throw new ConnectError("downstream duration timeout", Code.Unavailable);
    };
    return {
      unary: (_method, _signal, timeoutMs) => end(timeoutMs),
      stream: (_method, _signal, timeoutMs) => end(timeoutMs),
    };
  };
  const terms = { timeoutMs: 50 };
  const client = new MemoryClient(proxied(false));
  const watched = await failureOf(client.watchJob({ jobId: "j1" }, terms).next());
  const read = await failureOf(client.getJob({ jobId: "j1" }, terms));
  const lost = await failureOf(new MemoryClient(proxied(true)).getJob({ jobId: "j1" }));

  assert.equal(watched.code, Code.DeadlineExceeded);
  assert.equal(read.code, Code.DeadlineExceeded);
  assert.equal(lost.code, Code.Unavailable);
});
