#!/bin/sh
# Sets up, mines the demo corpus and summarizes it; says where the summary lies.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
.venv/bin/textmine mine corpora/demo/reports -o demo-out/mined
.venv/bin/textmine summarize demo-out/mined -o demo-out/summary.html --by year --by level
echo "The summary is in $(pwd)/demo-out/summary.html; the frames are in $(pwd)/demo-out/mined"
