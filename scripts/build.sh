#!/usr/bin/env bash
# Builds bin/kith with the browser application inside.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/web.sh
version=$(git describe --tags --always --dirty 2>/dev/null || echo unknown)
mkdir -p bin
# without C: one file that runs on any Linux, and nothing of it loads a library
CGO_ENABLED=0 go build -buildvcs=false -tags webbuilt -ldflags "-s -w -X github.com/kithhq/kith/internal/app.version=$version" -o bin/kith ./cmd/kith
