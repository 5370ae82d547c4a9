#!/bin/sh
# Runs the first program of the README against the server at $1, as a new user would: in an empty folder,
# with the packed client, as TypeScript.
set -eu
client=$(cd "$(dirname "$0")/.." && pwd)
cd "$client"
mkdir -p build
package=$(npm pack --silent --pack-destination build)
version_of() { node -p "require('./package.json').devDependencies['$1']"; }
tools="typescript@$(version_of typescript) @types/node@$(version_of @types/node)"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
awk '/^```/ { if (inside) exit; inside = /^```typescript$/; next } inside' README.md |
  sed "s/127\.0\.0\.1:50051/$1/" > "$folder/program.mts"
cd "$folder"
npm init --yes --silent > /dev/null
# shellcheck disable=SC2086 # two packages
npm install --loglevel=error "$client/build/$package" $tools > /dev/null
npx tsc --strict --module nodenext --target es2022 --types node program.mts
node program.mjs
