#!/bin/sh
# Sets up a virtual environment with the test tools and the libraries for training (5 GB), then lints, checks
# types and runs the tests. Needs Python 3.11 or newer; PYTHON names another one than python3. Arguments go to
# pytest.
set -eu
cd "$(dirname "$0")"
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
.venv/bin/python -m pip install --quiet --editable '.[train,test]'
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/lint-imports > /dev/null || .venv/bin/lint-imports
.venv/bin/mypy
.venv/bin/python -m pytest -n 2 "$@"
