#!/usr/bin/env bash
# GRPO on these rows with ms-swift (settings checked with 4.6.0). What follows the command changes settings:
#   MODEL=Qwen/Qwen3-VL-4B-Instruct GPUS=8 bash run.sh --num_train_epochs 2
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export NPROC_PER_NODE=${GPUS:-8}
exec swift rlhf --rlhf_type grpo \
  --model "$MODEL" \
  --dataset "$here/{{split}}.jsonl" \
  --external_plugins "$here/reward.py" \
  --reward_funcs synrl \
  --tuner_type full \
  --torch_dtype bfloat16 \
  --num_generations 8 \
  --temperature 1.0 \
  --top_p 1.0 \
  --beta 0.0 \
  --loss_type dapo \
  --max_length 4096 \
  --max_completion_length 1024 \
  --use_vllm true \
  --vllm_mode colocate \
  --vllm_gpu_memory_utilization 0.4 \
  --vllm_max_model_len 8192 \
  --sleep_level 1 \
  --per_device_train_batch_size 2 \
  --gradient_accumulation_steps 32 \
  --learning_rate 1e-6 \
  --lr_scheduler_type constant \
  --num_train_epochs 1 \
  --save_steps 20 \
  --logging_steps 1 \
  --log_completions true \
  --output_dir "${OUT:-$here/run}" \
  "$@"
