#!/usr/bin/env bash
# Builds the browser application into internal/ui/built, from where a build with the tag webbuilt embeds it.
# Nothing is done when nothing changed since the last time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/need.sh web
built=internal/ui/built
# beside what it speaks of: several working trees may share their tools
stamp=web/build/.key
key=$(find web scripts/web.sh -type f -not -path '*/node_modules/*' -not -path 'web/.svelte-kit/*' -not -path 'web/build/*' \
    -not -path 'web/test-results/*' -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] && [ -f $built/index.html ]; then exit 0; fi
rm -f "$stamp"
npm --prefix web run --silent build </dev/null
[ -f web/build/index.html ] || { echo "web: the build has no index.html" >&2; exit 1; }
rm -rf $built
mkdir -p internal/ui
cp -R web/build $built
echo "$key" >"$stamp"
