#!/usr/bin/env bash
# GRPO on these rows with EasyR1; the settings are in config.yaml. What follows the command changes them:
#   MODEL=Qwen/Qwen3-VL-4B-Instruct bash run.sh trainer.total_epochs=2
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
exec python3 -m verl.trainer.main config="$here/config.yaml" worker.actor.model.model_path="$MODEL" "$@"
