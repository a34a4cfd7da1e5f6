"""`synrl push`: publish a dataset or a model on the Hub."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "push",
        help="publish a dataset or a model on the Hub",
        description="Publish a folder in one commit, with its card. One that `synrl generate` has made is "
        "proved first and becomes a dataset with a tag; any number of them, such as the train and the test "
        "split of one kind of rows, may share a repository. One that `synrl sft` "
        "or `synrl grpo` has trained becomes a model, as safetensors. Interrupted? The same command goes on; "
        "if nothing has changed, it changes nothing. What is in the repository stays there.",
    )
    command.add_argument("folder", type=Path, metavar="DIR", help="folder to publish")
    command.add_argument("repo", metavar="REPO", help="repository on the Hub (org/name); made if need be")
    command.add_argument("--private", action="store_true", help="if the repository is new, make it private")
    command.add_argument(
        "--replace",
        action="store_true",
        help="put these files in the place of others that are in the way, which are refused otherwise",
    )
    command.add_argument("--num-proc", type=int, default=1, metavar="P", help="processes (default: 1)")
    command.set_defaults(run=_push)


def _push(arguments: argparse.Namespace) -> int:
    from synrl.hub.models import is_model, push_model

    how = {"private": arguments.private, "replace": arguments.replace}
    if is_model(arguments.folder):
        done = push_model(arguments.folder, arguments.repo, **how)
        print(done.url)
        _tell(done.id, done.changed, done.replaced)
        print(f"next: synrl eval --model {arguments.repo}", file=sys.stderr)
        return 0
    return publish(arguments.folder, arguments.repo, arguments.num_proc, **how)


def publish(folder: Path, repo: str, num_proc: int, *, private: bool = False, replace: bool = False) -> int:
    """Publish a dataset folder and say where it is."""
    from synrl.hub.publish import push

    done = push(folder, repo, private=private, replace=replace, num_proc=num_proc)
    print(done.url)
    _tell(done.commit, done.changed, done.replaced)
    print(f'tag {done.tag}\nnext: load_dataset("{repo}", revision="{done.tag}")', file=sys.stderr)
    return 0


def _tell(commit: str, changed: bool, replaced: Sequence[str]) -> None:
    print(f"published as commit {commit[:8]}" if changed else "nothing has changed", file=sys.stderr)
    for path in replaced:
        print(f"replaced or removed: {path}", file=sys.stderr)
