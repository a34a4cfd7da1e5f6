"""Training on video with TRL.

    from training.budget import VideoBudget
    from training.inputs import prompt_messages
    from training.rewards import accuracy_reward
    from training.video_grpo import VideoGRPOTrainer

    rows = rows.map(lambda row: {"prompt": prompt_messages(row)})
    trainer = VideoGRPOTrainer(model, accuracy_reward, args, budget=VideoBudget(), train_dataset=rows)

`training.video_sft` fine-tunes on the same prompts. All but `training.rewards` needs the `train` extra.
"""
