"""Training on video with TRL.

    from synrl.budget import VideoBudget
    from synrl.training.inputs import prompt_messages
    from synrl.training.rewards import accuracy_reward
    from synrl.training.video_grpo import VideoGRPOTrainer

    rows = rows.map(lambda row: {"prompt": prompt_messages(row)})
    trainer = VideoGRPOTrainer(model, accuracy_reward, args, budget=VideoBudget(), train_dataset=rows)

`synrl.training.video_sft` fine-tunes on the same prompts. All but `synrl.training.rewards` needs the `train`
extra.
"""
