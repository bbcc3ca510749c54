#!/bin/sh
# Writes constraints.txt: the versions of all packages that .venv has now, without the project itself.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m pip freeze --exclude-editable --disable-pip-version-check 2>/dev/null |
    grep -E '^[A-Za-z0-9_.-]+(\[[a-z,]+\])?==' | sort -f >constraints.txt
wc -l <constraints.txt
