"""The reward for other trainers: each module is the function as that trainer loads it.

`synrl export` puts the module beside the rows as `reward.py` (NeMo Gym: `app.py`; Video-R1: `train.py`), and
with it the files of the scorer. So it runs in the trainer's own environment, where SynRL need not be
installed.

verl        a function named by its path, or as `pkg://synrl.rewards.verl`
easyr1      a function named by its path
ms_swift    a plugin that registers `synrl` among the rewards
nemo_gym    a resources server with `verify`
video_r1    Video-R1's own training with this reward in the place of its `accuracy`
"""
