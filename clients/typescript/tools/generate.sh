#!/bin/sh
# Generates the code of the contract into the folder $2, with buf at $1; from anywhere, offline.
set -eu
buf=$1
client=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$client/$2"
out=$(cd "$client/$2" && pwd)
made=$out.parts
rm -rf "$out" "$made"
mkdir -p "$out"

cd "$client/../.."
"$buf" generate --template buf.gen.typescript.yaml -o "$made"
cp -r "$made/clients/typescript/src/gen/." "$out"
node "$client/tools/embed_service_config.mjs" \
  proto/memsvc/v1/memsvc_grpc_service_config.json "$out/service_config.ts"

cd "$client"
"$buf" generate -o "$made"
cp -r "$made/src/gen/." "$out"
rm -rf "$made"
