# Everything runs in .venv, made from this project's files alone.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
MODEL := demo-model

.PHONY: demo test check bench wheel clean

## Train on data_demo with the built-in encoder, score it, and tag two sentences.
demo: $(INSTALLED)
	rm -rf $(MODEL)
	$(BIN)/bert-ner train --data data_demo --output $(MODEL)
	$(BIN)/bert-ner tag --model $(MODEL) --text "林晓东昨天从杭州赶到北京大学医院看望李教授。" --text "远山集团将在成都新建一座工厂。"

## Run the tests, one thread each on all cores.
test: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q --numprocesses auto

## Run all that CI runs on the sources: style, types, import contract, tests with the slow ones.
check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test
	$(BIN)/python -m pytest -q -m slow

## Time the CRF against pytorch-crf, the scorer against seqeval, and --help: two minutes.
bench: $(INSTALLED)
	$(BIN)/python benchmarks/crf_speed.py
	$(BIN)/python benchmarks/scoring_speed.py
	$(BIN)/python benchmarks/startup.py

## Build the wheel and try it in an environment of its own.
wheel: $(INSTALLED)
	rm -rf build dist .venv-wheel
	$(BIN)/python -m build --wheel --outdir dist .
	$(PYTHON) -m venv .venv-wheel
	.venv-wheel/bin/pip install --quiet --constraint constraints.txt dist/*.whl
	cd .venv-wheel && bin/bert-ner train --data ../data_demo --output model --max-steps 60 \
		&& bin/bert-ner tag --text "我在北京。" && bin/bert-ner tag --model model --text "我在北京。" && bin/bert-ner tag --model model --text "我在北京。" --format html \
		&& bin/bert-ner evaluate --model model --model model --data ../data_demo --report evaluation \
		&& bin/bert-ner score model/evaluation/test/predictions.txt --report score \
		&& bin/bert-ner check ../data_demo --report report && bin/bert-ner convert ../data_demo demo --to jsonl \
		&& bin/python -m conlleval < model/evaluation/test/predictions.txt

clean:
	rm -rf .venv .venv-wheel build dist $(MODEL)

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@
