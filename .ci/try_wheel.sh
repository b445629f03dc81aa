#!/usr/bin/env bash
# Install a wheel in an environment of its own, .venv-wheel, and run the commands there: .ci/try_wheel.sh dist/*.whl
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf .venv-wheel
"${PYTHON:-python3}" -m venv .venv-wheel
bin=$PWD/.venv-wheel/bin
[ -d "$bin" ] || bin=$PWD/.venv-wheel/Scripts  # on Windows
"$bin/python" -m pip install --quiet --no-compile --constraint constraints.txt "$@"

data=$PWD/data_demo
cd .venv-wheel  # where the folder ner of this checkout is out of sight
ner() { "$bin/bert-ner" "$@"; }
ner --version
ner train --data "$data" --output model --max-steps 60
ner tag --text "我在北京。"
ner tag --model model --text "我在北京。"
ner tag --model model --text "我在北京。" --format html
ner evaluate --model model --model mini-zh-uner --data "$data" --report evaluation
ner score model/evaluation/test/predictions.txt --report score
ner check "$data" --report report
ner convert "$data" demo --to jsonl
"$bin/python" -m conlleval < model/evaluation/test/predictions.txt
