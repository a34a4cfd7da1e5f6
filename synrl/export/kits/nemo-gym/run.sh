#!/usr/bin/env bash
# GRPO on these rows with NeMo RL, whose rollouts NeMo Gym judges. What follows the command changes settings:
#   NEMO_RL=/path/to/RL NODES=2 bash run.sh policy.model_name=org/name
# NEMO_RL is a checkout (settings checked with 7ea279a); CONFIG another of its recipes for static video.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
gym=${NEMO_GYM:-$NEMO_RL/3rdparty/Gym-workspace/Gym}
ln -sfn "$here/resources_servers/synrl" "$gym/resources_servers/synrl"
export NEMO_RL_VIDEO_MEDIA_ROOT=$here/videos
cd "$NEMO_RL"
exec uv run examples/nemo_gym/run_grpo_nemo_gym.py \
  --config "${CONFIG:-examples/configs/recipes/vlm/vlm_grpo-nemotron-omni-30ba3b-2n8g-megatron-tp4ep4-gym-video.v1.yaml}" \
  "data.train.data_path='$here/{{split}}.jsonl'" \
  "data.validation.data_path='${VAL:-$here/{{split}}.jsonl}'" \
  "env.nemo_gym.config_paths=[responses_api_models/vllm_model/configs/vllm_model_for_training.yaml,resources_servers/synrl/configs/synrl.yaml]" \
  "policy.generation.vllm_kwargs.allowed_local_media_path='$here'" \
  policy.generation.vllm_cfg.video.num_frames={{most_frames}} \
  policy.generation.vllm_kwargs.limit_mm_per_prompt.image={{most_frames}} \
  policy.max_total_sequence_length=16384 \
  policy.generation.max_new_tokens=1024 \
  policy.generation.temperature=1.0 \
  policy.train_global_batch_size=512 \
  loss_fn.reference_policy_kl_penalty=0 \
  grpo.num_prompts_per_step=64 \
  grpo.num_generations_per_prompt=8 \
  cluster.num_nodes="${NODES:-2}" \
  "$@"
