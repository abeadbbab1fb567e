#!/usr/bin/env bash
# What the image holds, made from a source tree: bash deploy/build-image.sh OUTPUT
# Builds in the tree this script lies in (npm ci unless the tree has its packages, npm run build), then fills OUTPUT with
# dist/ and the packages that it needs at run time, without those of development. A test runs these very steps without a container.
set -euo pipefail

output=${1:?say where the result goes: bash deploy/build-image.sh OUTPUT}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p "$output"
output=$(cd "$output" && pwd)
if [ -n "$(ls -A "$output")" ]; then
  echo "$output is not empty" >&2
  exit 1
fi

[ -e node_modules ] || npm ci --no-audit --no-fund
npm run build
cp -R dist package.json package-lock.json .npmrc LICENSE "$output/"
(cd "$output" && npm ci --omit=dev --no-audit --no-fund)
# The lock served npm; nothing at run time reads it, and scanners read package.json files.
rm -f "$output/.npmrc"
# Whoever runs it may read it, and nobody may change it.
chmod -R a+rX,go-w "$output"
