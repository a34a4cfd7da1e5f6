#!/usr/bin/env bash
# GRPO on these rows with verl (settings checked with 0.9.1). What follows the command changes settings:
#   MODEL=Qwen/Qwen3-VL-4B-Instruct GPUS=8 NODES=1 bash run.sh trainer.total_epochs=2
# Qwen2.5-VL has patches of 14 pixels: PATCH=14. VAL names another file to validate on.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
train=$here/{{split}}.parquet

data=(
  data.train_files="'$train'"
  data.val_files="'${VAL:-$train}'"
  data.train_batch_size=64
  data.max_prompt_length=4096
  data.max_response_length=1024
  data.truncation=error
  data.image_patch_size="${PATCH:-16}"
)
reward=(
  reward.custom_reward_function.path="'$here/reward.py'"
  reward.custom_reward_function.name=compute_score
)
actor=(
  actor_rollout_ref.model.path="'$MODEL'"
  actor_rollout_ref.actor.optim.lr=1e-6
  actor_rollout_ref.actor.ppo_mini_batch_size=64
  actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu=1
  actor_rollout_ref.actor.use_kl_loss=False
  actor_rollout_ref.actor.entropy_coeff=0
)
rollout=(
  actor_rollout_ref.rollout.name=vllm
  actor_rollout_ref.rollout.n=8
  actor_rollout_ref.rollout.temperature=1.0
  actor_rollout_ref.rollout.top_p=1.0
  actor_rollout_ref.rollout.tensor_model_parallel_size=1
  actor_rollout_ref.rollout.gpu_memory_utilization=0.5
  actor_rollout_ref.rollout.log_prob_micro_batch_size_per_gpu=1
)
trainer=(
  trainer.n_gpus_per_node="${GPUS:-8}"
  trainer.nnodes="${NODES:-1}"
  trainer.total_epochs=1
  trainer.save_freq=20
  trainer.val_before_train=False
  trainer.project_name=synrl
  trainer.experiment_name=grpo
)
exec python3 -m verl.trainer.main_ppo algorithm.adv_estimator=grpo algorithm.use_kl_in_reward=False \
  "${data[@]}" "${reward[@]}" "${actor[@]}" "${rollout[@]}" "${trainer[@]}" "$@"
