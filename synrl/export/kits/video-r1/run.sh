#!/usr/bin/env bash
# GRPO on these rows with Video-R1 (read at 59d65c3). What follows the command changes settings:
#   MODEL=org/name VIDEO_R1=/path/to/Video-R1 GPUS=8 bash run.sh --num_train_epochs 2
# Video-R1 looks for videos in `Video-R1-data` of the folder it is started in: here, that is this folder itself.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
code=$VIDEO_R1/src/r1-v
ln -sfn "$here" "$here/Video-R1-data"
cd "$here"
export PYTHONPATH=$code/src/open_r1${PYTHONPATH:+:$PYTHONPATH}
exec torchrun --nproc_per_node="${GPUS:-8}" "$here/train.py" \
  --output_dir "${OUT:-$here/run}" \
  --model_name_or_path "$MODEL" \
  --dataset_name "$here/{{split}}.json" \
  --reward_funcs accuracy \
  --temporal false \
  --len_control false \
  --deepspeed "$code/local_scripts/zero3.json" \
  --max_prompt_length 16384 \
  --max_completion_length 1024 \
  --per_device_train_batch_size 1 \
  --gradient_accumulation_steps 8 \
  --learning_rate 1e-6 \
  --lr_scheduler_type constant \
  --bf16 \
  --logging_steps 1 \
  --gradient_checkpointing true \
  --attn_implementation flash_attention_2 \
  --num_train_epochs 1 \
  --save_steps 100 \
  --beta 0.0 \
  --num_generations 8 \
  "$@"
