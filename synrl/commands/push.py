"""`synrl push`: publish a dataset or a model on the Hub."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from synrl.commands.common import add_num_proc, examples, new_path, note, repo_name, tell


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
        **examples(
            "synrl push data org/name",
            "synrl push test org/name",
            "synrl push other_data org/name --replace",
            "synrl push runs/grpo org/model --private",
        ),
    )
    command.add_argument("folder", type=new_path, metavar="DIR", help="folder to publish")
    command.add_argument(
        "repo", type=repo_name, metavar="REPO", help="repository on the Hub (org/name); made if need be"
    )
    command.add_argument("--private", action="store_true", help="if the repository is new, make it private")
    command.add_argument(
        "--replace",
        action="store_true",
        help="put these files in the place of others that are in the way, which are refused otherwise",
    )
    add_num_proc(command)
    command.set_defaults(run=_push, resumes=True)


def _push(arguments: argparse.Namespace) -> int:
    from synrl.hub.models import is_model, push_model

    if not is_model(arguments.folder):
        how = {"private": arguments.private, "replace": arguments.replace}
        return publish(arguments, arguments.folder, arguments.repo, **how)
    done = push_model(arguments.folder, arguments.repo, private=arguments.private, replace=arguments.replace)
    print(done.url)
    _tell(arguments, done.id, done.changed, done.replaced)
    note(arguments, f"next: synrl eval --model {arguments.repo}")
    return 0


def publish(arguments: argparse.Namespace, folder: Path, repo: str, **how: bool) -> int:
    """Publish a dataset folder and say where it is."""
    from synrl.hub.publish import push

    done = push(folder, repo, num_proc=arguments.num_proc, progress=arguments.progress, **how)
    print(done.url)
    _tell(arguments, done.commit, done.changed, done.replaced)
    note(arguments, f"tag {done.tag}", f'next: load_dataset("{repo}", revision="{done.tag}")')
    return 0


def _tell(arguments: argparse.Namespace, commit: str, changed: bool, replaced: Sequence[str]) -> None:
    note(arguments, f"published as commit {commit[:8]}" if changed else "nothing has changed")
    tell(*(f"replaced or removed: {path}" for path in replaced))
