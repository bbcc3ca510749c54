#!/bin/sh
# Tests the spaCy and scikit-learn bridges with the oldest and the newest versions of both that textmine supports, each
# pair in an environment of its own. Usage: test_versions.sh [oldest|newest] [pytest options]; without one, both.
set -eu
cd "$(dirname "$0")/.."
case "${1:-both}" in
oldest | newest)
    which=$1
    shift
    ;;
*) which="oldest newest" ;;
esac
# The lower bounds of pyproject.toml. numpy stays below 2, for which spaCy 3.7 was not built; click below 8.2, which the
# typer of that time does not know.
oldest="spacy==3.7.0 scikit-learn==1.4.0 numpy==1.26.0 pandas==2.2.0 pyarrow==15.0.0 click==8.1.0 scipy<1.15"
newest="spacy scikit-learn"
for name in $which; do
    env=$(mktemp -d)
    trap 'rm -rf "$env"' EXIT
    "${PYTHON:-python3}" -m venv "$env"
    eval "packages=\$$name"
    # shellcheck disable=SC2086
    "$env/bin/python" -m pip install --quiet --disable-pip-version-check $packages -e ".[fast]" pytest hypothesis
    "$env/bin/python" -c 'import sklearn, spacy; print("spaCy", spacy.__version__, "scikit-learn", sklearn.__version__)'
    "$env/bin/python" -m pytest -q -p no:cacheprovider "$@" tests/spacy_bridge tests/annotation \
        tests/test_sklearn_bridge.py textmine/spacy_bridge textmine/annotation textmine/sklearn_bridge.py
    rm -rf "$env"
done
