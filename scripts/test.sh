#!/bin/sh
# Sets up and runs all checks and tests.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh test
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy
.venv/bin/python -m pytest "$@"

# The documents: generated pages are current, all links lead somewhere, the notebooks run.
.venv/bin/python scripts/make_docs.py --check
.venv/bin/sphinx-build -W --keep-going -q docs build/docs
.venv/bin/python -m pytest --nbmake --nbmake-timeout=300 docs/notebooks

# The wheel, built and run elsewhere: it must carry the codebook and the headings.
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps -w "$wheels" .
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --target "$wheels/site" "$wheels"/*.whl
printf '{"id": 1, "role": "problem", "text": "业务培训不够。"}\n' >"$wheels/in.jsonl"
root=$(pwd)
(cd "$wheels" && PYTHONPATH="$wheels/site" "$root/.venv/bin/python" -c "import textmine; assert textmine.__file__.startswith('$wheels')" &&
    PYTHONPATH="$wheels/site" "$root/.venv/bin/python" -c 'from textmine.cli import main; main()' tag in.jsonl | grep -q '"theme": "training"')
echo "the wheel works"

# The newcomer's way: the demo in a folder of its own, with the packages that setup.sh installs for use and no others.
fresh=$wheels/fresh
mkdir "$fresh"
tar -c --exclude=./.venv --exclude=./.git --exclude=./build --exclude=./demo-out --exclude='./.*_cache' . | tar -x -C "$fresh"
sh "$fresh/scripts/demo.sh"
grep -q "</html>" "$fresh/demo-out/summary.html"
echo "the demo works"
