#!/usr/bin/env bash
# Runs what belongs to every landing, stage by stage, and says how long each took.
#
#   scripts/test.sh                 every stage
#   scripts/test.sh vet lint        these stages only
#
#   KITH_SOAK=1          long rounds: crash tests, a million executions of every fuzz target
#   KITH_SKIPS=allowed   a skipped test is no failure
#   KITH_FUZZTIME=9000x  how many executions each fuzz target gets
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
logs=$root/.tools/logs
mkdir -p "$logs" .tools/bin
exec </dev/null

# the version is given to the linker by us; a clone made by another user must not stop the build
export GOFLAGS="${GOFLAGS:-} -buildvcs=false" CGO_ENABLED=1
unset npm_config_nodedir

soak=${KITH_SOAK:-}
skips=()
[ "${KITH_SKIPS:-}" = allowed ] && skips=(-skips)

# The published specs are kept beside the project and not inside it: tests that read them may be skipped.
readonly excused='KITH_SPECS'

stages=(need web build vet lint test fuzz real)

stage_need() { scripts/need.sh go node git gcc chromium postgres redis ffmpeg golangci web clients atproto; }

stage_web() {
    scripts/web.sh
    npm --prefix web run --silent check
    npm --prefix web run --silent lint
    npm --prefix web run --silent test
}

stage_build() {
    scripts/build.sh
    ls -l bin/kith
}

stage_vet() {
    local unformatted
    unformatted=$(git ls-files -z '*.go' | xargs -0 sh -c 'for f; do [ -e "$f" ] && printf "%s\0" "$f"; done' sh | xargs -0 gofmt -l)
    [ -z "$unformatted" ] || { printf 'not formatted (make fmt):\n%s\n' "$unformatted"; return 1; }
    go vet ./...
    go vet -tags webbuilt ./internal/ui/... ./cmd/... ./test/...
    gotest arch -count=1 .
}

stage_lint() {
    scripts/need.sh golangci
    .tools/bin/golangci-lint run --timeout 20m ./...
}

stage_test() {
    local limit=20m
    [ -n "$soak" ] && limit=10h
    scripts/need.sh gcc postgres
    # the whole house last, so that a fault in a room is seen first where it is
    # shellcheck disable=SC2046
    gotest test -race -p 2 -timeout "$limit" $(packages | grep -Ev '/internal/(app|bench|rehearse)$|/cmd/') \
        $(packages | grep -E '/internal/(app|bench|rehearse)$|/cmd/')
}

stage_fuzz() {
    # Executions and not seconds: where the time ends while an input is under way, the tool says
    # that the input failed; and what is known already takes a slow machine its three seconds alone.
    local amount=${KITH_FUZZTIME:-4000x} package name count=0
    local binary=$logs/fuzz.test cache
    cache=$(go env GOCACHE)/fuzz/kith
    [ -n "$soak" ] && amount=1000000x
    while read -r package; do
        # built once for all targets of a package, and corpus and crashers of one target do not stop
        # the others; an interesting input is not made small for a minute each: the time belongs to new ones
        go test -c -fuzz . -o "$binary" "$package"
        for name in $(cd "$package" && "$binary" -test.list '^Fuzz' | grep '^Fuzz' || true); do
            printf '%-60s %-36s ' "${package#./}" "$name"
            if ! (cd "$package" && "$binary" -test.run '^$' -test.fuzz "^$name\$" -test.fuzztime "$amount" -test.fuzzminimizetime 20x \
                -test.fuzzcachedir "$cache/${package#./}" -test.timeout 10h) >"$logs/fuzz-$name.log" 2>&1; then
                echo FAIL
                cat "$logs/fuzz-$name.log"
                return 1
            fi
            grep -E '^fuzz: elapsed' "$logs/fuzz-$name.log" | tail -n 1 | sed 's/^fuzz: //'
            count=$((count + 1))
        done
    done < <(grep -rlE '^func Fuzz' --include='*_test.go' internal cmd 2>/dev/null | xargs -r -n 1 dirname | sort -u | sed 's,^,./,')
    echo "$count fuzz targets, $amount each"
}

# Tests that need the built house, a browser, or servers and clients of others: those that mostly wait beside each other,
# then one package at a time, for the others are heavy.
stage_real() {
    local limit=30m
    [ -n "$soak" ] && limit=10h
    scripts/need.sh chromium postgres redis ffmpeg atproto clients
    scripts/web.sh
    local waiting=(./test/house ./test/acme ./test/bluesky ./test/clients) all
    all=$(go list -tags webbuilt ./test/... | grep -Ev '/test/(house|acme|bluesky|clients)$')
    gotest waiting -tags webbuilt -p 2 -count=1 -timeout "$limit" "${waiting[@]}"
    # shellcheck disable=SC2086
    gotest real -tags webbuilt -p 1 -count=1 -timeout "$limit" $all
}

packages() { go list ./... | grep -v '/test/\|/test$'; }

# gotest LOG ARGUMENTS…: go test, with the names of what failed and of what was skipped
gotest() {
    local log=$1
    shift
    go build -o .tools/bin/gotest ./scripts/gotest
    go test -json "$@" 2>&1 | .tools/bin/gotest -log "$logs/$log.log" -because "$excused" ${skips[@]+"${skips[@]}"}
}

chosen=("$@")
[ ${#chosen[@]} -gt 0 ] || chosen=("${stages[@]}")
names=() times=() results=()
began=$(date +%s)
before=$(git status --porcelain 2>/dev/null || true)

clock() { printf '%dm %02ds' $(($1 / 60)) $(($1 % 60)); }

summary() {
    local i
    echo
    echo "stage        time       result"
    for i in "${!names[@]}"; do printf '%-12s %-10s %s\n' "${names[$i]}" "$(clock "${times[$i]}")" "${results[$i]}"; done
    printf '%-12s %-10s %s\n' total "$(clock $(($(date +%s) - began)))" "$1"
}

trap 'summary interrupted; exit 130' INT TERM

for name in "${chosen[@]}"; do
    declare -F "stage_$name" >/dev/null || { echo "no such stage: $name (there are: ${stages[*]})" >&2; exit 2; }
    printf '\n=== %s\n' "$name"
    start=$(date +%s)
    # a subshell of its own, because `set -e` is off inside a condition
    set +e
    (set -e; "stage_$name")
    code=$?
    set -e
    names+=("$name")
    times+=($(($(date +%s) - start)))
    if [ $code -ne 0 ]; then
        results+=(FAILED)
        summary "FAILED at $name"
        exit 1
    fi
    results+=(ok)
done

after=$(git status --porcelain 2>/dev/null || true)
# only where it was clean: otherwise somebody is at work in it
if [ -z "$before" ] && [ -n "$after" ]; then
    echo
    echo "the tests changed the working tree:"
    echo "$after"
    summary "FAILED: working tree changed"
    exit 1
fi
summary ok
