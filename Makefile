# Everything runs in .venv, made from this project's files alone. A target installs what it needs and no more:
# demo the package, test the tests' packages, fuzz a fuzzer too, docs those of the manual, check all of them.
PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
# Without --no-compile, pip compiles 340 MB of Python, of which little is ever imported.
INSTALL := $(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable
MODEL := demo-model
SECONDS_OF_FUZZING ?= 3600
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q --numprocesses auto --dist loadfile

.PHONY: demo test serve slow robustness cluster fuzz check format tagger graph docs bench wheel release oldest clean

## Train on data_demo with the built-in encoder, score it, and tag two sentences.
demo: .venv/base
	rm -rf $(MODEL)
	$(BIN)/bert-ner train --data data_demo --output $(MODEL)
	$(BIN)/bert-ner tag --model $(MODEL) --text "林晓东昨天从杭州赶到北京大学医院看望李教授。" --text "远山集团将在成都新建一座工厂。"

## Run the quick tests, one thread each on all cores.
test: .venv/test
	$(PYTEST)

## Run the tests of the service, with real engine processes.
serve: .venv/test
	$(PYTEST) -m "serve and not slow"

## Run the tests that take more than a second or two: real processes, kills, long runs, browsers.
slow: .venv/test
	$(PYTEST) -m "slow and not cluster"

## Try some 5,000 bad inputs and faults; test tries a tenth of them.
robustness: .venv/test
	ROBUSTNESS_SCALE=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q --numprocesses auto -m "not cluster" tests/robustness

## Run the tests with local clusters of Ray and Spark, which needs Java.
cluster: .venv/test
	$(INSTALL) ".[ray,spark]"
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -m cluster

## Look for input and faults that break something, for an hour: make fuzz SECONDS_OF_FUZZING=600 for ten minutes.
fuzz: .venv/test
	$(INSTALL) ".[fuzz]"
	$(BIN)/python tests/robustness/fuzz.py $(SECONDS_OF_FUZZING)

## Check style, types and the import contract, and run the tests but for the slow ones, which CI runs in a job of their own.
check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST)
	$(PYTEST) -m "serve and not slow"

## Put the sources into the form that check asks for.
format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## Train the tagger in the package again: make tagger UNER=FOLDER AISHELL=FOLDER (see its model card).
tagger: .venv/test
	rm -rf build/tagger-data build/tagger
	$(BIN)/python recipes/built_in_tagger.py $(UNER) $(AISHELL) build/tagger-data
	OMP_NUM_THREADS=1 $(BIN)/bert-ner train --data build/tagger-data --output build/tagger --words jieba --epochs 2
	$(BIN)/python recipes/pack_tagger.py build/tagger ner/pretrained/mini-zh-uner
	$(MAKE) graph

## Write the graph of the tagger in the package: needed when other weights, or another network, take its place.
graph: .venv/test
	$(BIN)/python -c "from ner import built_in; from ner.exporting import write_graph as w; w.write_graph(built_in.TAGGER_FOLDER)"

## Build the manual into site/; a dead link is an error. (With --quiet, mkdocs would not count warnings.)
docs: .venv/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

## Time the CRF against pytorch-crf, the scorer against seqeval, and the start of commands: two minutes.
bench: .venv/dev
	$(BIN)/python benchmarks/crf_speed.py
	$(BIN)/python benchmarks/scoring_speed.py
	$(BIN)/python benchmarks/startup.py

## Build the wheel and try it in an environment of its own.
wheel: .venv/dev
	rm -rf build dist
	$(BIN)/python -m build --wheel --outdir dist .
	PYTHON=$(PYTHON) .ci/try_wheel.sh dist/*.whl

## Build and check what is published: dist/ holds the source archive and the wheel made from it.
release: .venv/dev
	rm -rf build dist
	$(BIN)/python -m build --outdir dist .
	$(BIN)/twine check --strict dist/*
	PYTHON=$(PYTHON) .ci/try_wheel.sh dist/*.whl

## Run the tests with another Python, for example `make python3.12`, in a new environment .venv-3.12.
python3.%:
	.ci/try_python.sh 3.$* --constraint constraints.txt

## Run the tests with the lowest versions that pyproject.toml allows, in a new environment .venv-3.10.
oldest:
	.ci/try_python.sh 3.10 --resolution lowest-direct

clean:
	rm -rf .venv .venv-* build dist site $(MODEL)

$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/base: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) .
	touch $@

.venv/test .venv/docs: .venv/%: .venv/base
	$(INSTALL) ".[$*]"
	touch $@

.venv/dev: .venv/base
	$(INSTALL) ".[dev]"
	touch .venv/test .venv/docs $@
