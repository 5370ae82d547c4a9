// Writes the contract's service config into the source, where browsers find it too:
// node tools/embed_service_config.mjs FROM.json TO.ts
import { readFileSync, writeFileSync } from "node:fs";

const [, , from, to] = process.argv;
const text = readFileSync(from, "utf8");
if (/[`\\]|\$\{/.test(text)) {
  throw new Error(`${from} holds characters that a template string would change`);
}
const head = `// Made by \`make generate\`.

/** The bytes of proto/memsvc/v1/memsvc_grpc_service_config.json. */`;
writeFileSync(to, `${head}\nexport const SERVICE_CONFIG = \`${text}\`;\n`);
