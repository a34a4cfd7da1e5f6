"""Training on video with TRL: what a trainer takes from SynRL's rows.

Rewards are here (`training.rewards`); trainers for video are not part of this version yet.
"""
