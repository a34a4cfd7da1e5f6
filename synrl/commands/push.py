"""`synrl push`: publish a dataset or a model on the Hub."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "push",
        help="publish a dataset or a model on the Hub",
        description="Publish a folder in one commit, with its card. One that `synrl generate` has made is "
        "proved first and becomes a dataset with a tag; recipes may share a repository. One that `synrl sft` "
        "or `synrl grpo` has trained becomes a model, as safetensors. Interrupted? The same command goes on; "
        "if nothing has changed, it changes nothing.",
    )
    command.add_argument("folder", type=Path, metavar="DIR", help="folder to publish")
    command.add_argument("repo", metavar="REPO", help="repository on the Hub (org/name); made if need be")
    command.add_argument("--private", action="store_true", help="if the repository is new, make it private")
    command.add_argument("--num-proc", type=int, default=1, metavar="P", help="processes (default: 1)")
    command.set_defaults(run=_push)


def _push(arguments: argparse.Namespace) -> int:
    from synrl.hub.models import is_model, push_model

    if is_model(arguments.folder):
        done = push_model(arguments.folder, arguments.repo, private=arguments.private)
        print(done.url)
        what = f"published as commit {done.id[:8]}" if done.changed else "nothing has changed"
        print(f"{what}; next: synrl eval --model {arguments.repo}", file=sys.stderr)
        return 0
    return publish(arguments.folder, arguments.repo, arguments.num_proc, private=arguments.private)


def publish(folder: Path, repo: str, num_proc: int, *, private: bool = False) -> int:
    """Publish a dataset folder and say where it is."""
    from synrl.hub.publish import push

    done = push(folder, repo, private=private, num_proc=num_proc)
    print(done.url)
    what = f"published as commit {done.commit[:8]}" if done.changed else "nothing has changed"
    print(f'{what}, tag {done.tag}\nnext: load_dataset("{repo}", revision="{done.tag}")', file=sys.stderr)
    return 0
