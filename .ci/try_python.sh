#!/usr/bin/env bash
# Run the tests with another Python, in a new environment .venv-VERSION:
#     .ci/try_python.sh 3.12 --constraint constraints.txt
# What follows the version goes to `uv pip install`. UV_TORCH_BACKEND=cpu takes the CPU build of PyTorch.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
python=.venv-$version/bin/python
shift
[ -x .venv-uv/bin/uv ] || { "${PYTHON:-python3}" -m venv .venv-uv && .venv-uv/bin/pip install --quiet uv; }
export PYENV_VERSION=$version  # where pyenv has it; elsewhere it is one of PATH, or uv downloads it
.venv-uv/bin/uv venv --quiet --clear --python "$version" ".venv-$version"
.venv-uv/bin/uv pip install --quiet --compile-bytecode --python "$python" --editable ".[test]" "$@"
OMP_NUM_THREADS=1 "$python" -m pytest -q --numprocesses auto --dist loadfile
