"""What several commands share."""

from __future__ import annotations

import argparse


def add_data(command: argparse.ArgumentParser) -> None:
    """The dataset that a command is about."""
    command.add_argument(
        "data", metavar="DIR_OR_REPO", help="dataset folder, or a dataset on the Hub (org/name)"
    )
