#!/bin/sh
# Makes .venv with the pinned packages and the project itself; run again, it brings both up to date.
set -eu
cd "$(dirname "$0")/.."
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,fast]'
