"""Talking to the Hub: one commit for everything, tried again while that can help, and errors in one line.

A commit names the parent commit that it builds on: if somebody else commits first, its additions are worked
out again. The Hub keeps completed uploads even if the commit fails, so the same command goes on where it was,
and does nothing if nothing has changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synrl.errors import HubError, SynRLError, first_line

if TYPE_CHECKING:
    from huggingface_hub import HfApi

ATTEMPTS = 6
"""How often a commit is tried before giving up."""
LONGEST = 300
"""Seconds to wait at most between two attempts: the Hub counts requests in windows of five minutes."""


@dataclass(frozen=True)
class Commit:
    """What came of a commit."""

    url: str
    """Of the repository."""
    id: str
    changed: bool
    """Whether there was anything new to commit."""
    replaced: tuple[str, ...]
    """Files that went because others took their place."""


@dataclass(frozen=True)
class Change:
    """What a commit does to a repository."""

    operations: list[Any]
    replaced: tuple[str, ...]
    """Files that go because others take their place."""


def commit(
    api: HfApi,
    repo: str,
    kind: str,
    change: Callable[[str], Change],
    *,
    message: str,
    private: bool = False,
) -> Commit:
    """Commit to a repository, which is made if need be.

    Args:
        kind: `dataset` or `model`.
        change: what to do, given the id of the commit that it builds on.

    Raises:
        Whatever the Hub and the way to it raise; see `hub_errors`.
    """
    # HTTPError is that of httpx or of httpx2, whichever this version of huggingface_hub speaks.
    from huggingface_hub.errors import HfHubHTTPError, HTTPError  # type: ignore[attr-defined]

    url = str(api.create_repo(repo, repo_type=kind, private=private, exist_ok=True))
    for attempt in range(ATTEMPTS):
        try:
            before = api.repo_info(repo, repo_type=kind).sha or ""
            wanted = change(before)
            done = api.create_commit(
                repo, wanted.operations, commit_message=message, repo_type=kind, parent_commit=before
            )
            return Commit(url, done.oid, done.oid != before, wanted.replaced)
        except (HfHubHTTPError, HTTPError) as error:
            if attempt == ATTEMPTS - 1 or not _worth_another_try(error):
                raise
            time.sleep(_pause(error, attempt))
    raise AssertionError("the last attempt returns or raises")


def files_in(api: HfApi, repo: str, kind: str, revision: str) -> dict[str, str]:
    """The files of a repository at a revision, each with the digest of what it holds: SHA-256 for large ones,
    else as git has it."""
    from huggingface_hub import RepoFile

    tree = api.list_repo_tree(repo, recursive=True, revision=revision, repo_type=kind)
    return {one.path: one.lfs.sha256 if one.lfs else one.blob_id for one in tree if isinstance(one, RepoFile)}


def _worth_another_try(error: Exception) -> bool:
    """Somebody else's commit came first, the Hub is busy or ill, or the connection broke."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status is None or status in (409, 412, 429) or status >= 500


def _pause(error: Exception, attempt: int) -> float:
    """Seconds to wait: as the Hub asks, but no more than the window of its limits, or ever longer."""
    from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]

    headers = getattr(getattr(error, "response", None), "headers", {})
    asked = str(headers.get("Retry-After", ""))
    if asked.isdigit():
        return float(min(LONGEST, int(asked)))
    if limit := parse_ratelimit_headers(headers):
        return float(min(LONGEST, limit.reset_in_seconds))
    return min(30.0, 0.5 * 2.0**attempt)


@contextmanager
def hub_errors(repo: str) -> Iterator[None]:
    """What the Hub and the way to it can refuse, in one line."""
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        HfHubHTTPError,
        HFValidationError,
        HTTPError,
        LocalTokenNotFoundError,
    )

    again = "what was uploaded is kept: the same command goes on from here"
    try:
        yield
    except SynRLError:
        raise
    except (HFValidationError, LocalTokenNotFoundError) as error:
        raise HubError(first_line(error)) from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        if status in (401, 403):
            raise HubError(
                f"the Hub does not let you write to {repo} ({status}): check the name, and log in with a "
                f"token that may write (`hf auth login`, or HF_TOKEN)"
            ) from error
        raise HubError(f"the Hub answered {status} for {repo}: {first_line(error)}; {again}") from error
    except ValueError as error:  # names that are no names of files, as with ".." in them
        raise HubError(f"{repo} can't be read: {first_line(error)}") from error
    except (HTTPError, OSError, RuntimeError) as error:
        # `huggingface_hub` wraps a failed upload in a RuntimeError.
        raise HubError(f"the Hub could not be reached for {repo}: {first_line(error)}; {again}") from error
