// The laws of the package: it holds the contract's service config, and names no registry.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { SERVICE_CONFIG } from "../src/gen/service_config.js";

/** The folder of this client, from build/js/test. */
const CLIENT = new URL("../../../", import.meta.url);
const CONFIG = new URL("../../proto/memsvc/v1/memsvc_grpc_service_config.json", CLIENT);

test("the service config is the contract's, byte by byte", { skip: !existsSync(CONFIG) }, () => {
  assert.deepEqual(Buffer.from(SERVICE_CONFIG), readFileSync(CONFIG));
});

test("the lock file names no registry", () => {
  assert.doesNotMatch(
    readFileSync(new URL("package-lock.json", CLIENT), "utf8"),
    /"resolved"|registry/,
  );
});

test("one import holds what a program needs", async () => {
  for (const entry of ["@memsvc/client/node", "@memsvc/client/web"]) {
    const names = Object.keys((await import(entry)) as object);
    for (const name of ["createMemoryClient", "MemsvcError", "Code", "ErrorReason", "Role"]) {
      assert.ok(names.includes(name), `${entry} lacks ${name}`);
    }
  }
});
