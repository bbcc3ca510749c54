#!/bin/sh
# Makes .venv with the pinned packages and the project itself; run again, it brings both up to date.
# Usage: setup.sh [use|test]; "test" adds all extras, the developers' tools and, where it can, a browser.
set -eu
cd "$(dirname "$0")/.."
extras=fast,plots,excel
[ "${1:-use}" = test ] && extras=dev
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
.venv/bin/python -c 'import sys; sys.exit("textmine needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
.venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$extras]"
if [ "$extras" = dev ] && ! command -v chromium >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    else
        echo "no chromium: the browser tests will be skipped (Debian: apt-get install chromium)" >&2
    fi
fi
