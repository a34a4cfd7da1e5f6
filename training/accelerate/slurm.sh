#!/bin/sh
# Several nodes under Slurm, a launcher on each. Arguments: settings in this folder, a stage, and what it takes:
#
#   sbatch --nodes 2 --gpus-per-node 8 training/accelerate/slurm.sh zero3 grpo --config qwen3_vl_8b_grpo
#
# All nodes see the same folders: rows, checkpoints and the cache of Hugging Face. With n nodes, divide
# steps_per_generation and gradient_accumulation_steps by n for the same batch.
#SBATCH --job-name=synrl
#SBATCH --ntasks-per-node=1
#SBATCH --output=%x-%j.log
set -eu
settings=$1 stage=$2
shift 2
head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
export settings stage head
# In single quotes: each node has a number of its own.
exec srun --kill-on-bad-exit=1 sh -c '
  exec accelerate launch --config_file "training/accelerate/$settings.yaml" \
    --num_machines "$SLURM_NNODES" --num_processes "$((SLURM_NNODES * 8))" --machine_rank "$SLURM_NODEID" \
    --main_process_ip "$head" --main_process_port "${SYNRL_PORT:-29511}" --rdzv_backend static \
    --deepspeed_multinode_launcher standard "training/$stage.py" "$@"
' sh "$@"
