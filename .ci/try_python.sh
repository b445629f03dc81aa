#!/usr/bin/env bash
# Run the tests with another Python: .ci/try_python.sh 3.12
# or with the lowest versions that pyproject.toml allows: .ci/try_python.sh 3.10 lowest-direct
# The Python is one of PATH, of pyenv, or one that uv downloads. UV_TORCH_BACKEND=cpu takes the CPU build of PyTorch.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
resolution=${2:-highest}
folder=.venv-$version${2:+-$2}

if ! command -v uv > /dev/null; then
    [ -x .venv-uv/bin/uv ] || { "${PYTHON:-python3}" -m venv .venv-uv && .venv-uv/bin/pip install --quiet uv; }
    PATH=$PWD/.venv-uv/bin:$PATH
fi
python=$version
if command -v pyenv > /dev/null; then
    for found in "$(pyenv root)/versions/$version".*/bin/python; do
        if [ -x "$found" ]; then python=$found; fi
    done
fi
[ -x "$folder/bin/python" ] || uv venv --quiet --python "$python" "$folder"
pinned=(--constraint constraints.txt)
[ "$resolution" = highest ] || pinned=()
uv pip install --quiet --python "$folder/bin/python" --resolution "$resolution" ${pinned[@]+"${pinned[@]}"} --editable ".[test]"
OMP_NUM_THREADS=1 "$folder/bin/python" -m pytest -q --numprocesses auto
