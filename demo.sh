#!/bin/sh
# Sets up a virtual environment, makes a few rows of every task family, proves them, loads them and writes
# a page to watch them on. Needs Python 3.11 or newer; PYTHON names another one than python3.
set -eu
cd "$(dirname "$0")"
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
.venv/bin/python -m pip install --quiet --editable .
# shellcheck disable=SC2046  # the names of the families, one word each
.venv/bin/synrl generate $(.venv/bin/synrl families | awk '{print $2}') -n 5 --seed 7 --num-proc 2 --out demo
.venv/bin/synrl verify demo --num-proc 2
.venv/bin/python - <<'END'
from datasets import load_dataset

rows = load_dataset("demo", split="train")
print(rows)
row = load_dataset("demo", "card_stack", split="train")[0]
print(row["question"], row["options"], "->", row["answer"], f"({len(row['video']['bytes'])} bytes of video)")
END
.venv/bin/synrl preview demo --out preview.html -n 90
