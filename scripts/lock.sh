#!/bin/sh
# Writes requirements/dev.lock and run.lock anew from pyproject.toml: every platform, every hash.
# Pins stay as they are unless pyproject.toml forbids them or --upgrade is given.
set -eu

cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .venv/bin/uv)
[ -x "$uv" ] || {
    echo "Locks are resolved by uv, which was not found. This mends it:" >&2
    echo "    .venv/bin/python -m pip install uv" >&2
    exit 1
}

compile() {
    "$uv" pip compile --quiet --all-extras --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
        --custom-compile-command "make lock" pyproject.toml requirements/build.in "$@"
}

# dev first, for run must hold the same pins: both are installed into one environment.
compile "$@" --group dev --output-file requirements/dev.lock
compile --constraints requirements/dev.lock --output-file requirements/run.lock
git --no-pager diff --stat -- requirements
