import assert from "node:assert/strict";
import { Code, ConnectError } from "@connectrpc/connect";
import { MemsvcError } from "@memsvc/client";

/** Returns the MemsvcError that `call` ends with. */
export async function failureOf(call: Promise<unknown>): Promise<MemsvcError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof MemsvcError, `not a MemsvcError: ${String(error)}`);
    return error;
  }
  return assert.fail("the call succeeded");
}

/** The server's error when it is not there at the moment, with trailers. */
export function unavailable(trailers: Record<string, string> = {}): ConnectError {
  return new ConnectError("not now", Code.Unavailable, trailers);
}
