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

resolve() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
        --custom-compile-command "make lock" "$@"
}

# What has no wheel anywhere stands in a lock of its own, built by the locked setuptools.
compile() {
    resolve --all-extras --no-emit-package channelengine-merchant-api-client \
        pyproject.toml requirements/build.in "$@"
}

# dev first, for run must hold the same pins: both are installed into one environment.
compile "$@" --group dev --output-file requirements/dev.lock
compile --constraints requirements/dev.lock --output-file requirements/run.lock
resolve --no-deps requirements/source.in --output-file requirements/source.lock
git --no-pager diff --stat -- requirements
