"""Reading small texts, such as settings: from files, and never from what would be waited for."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        OSError: it isn't there, can't be read, or is no file: a pipe might stay empty, a device never end.
        UnicodeDecodeError: it is no UTF-8.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no file", str(path))
    return path.read_text(encoding="utf-8")


def read_yaml(path: Path) -> Any:
    """What a YAML file says, in plain values.

    Raises:
        OSError: as `read_text`.
        ValueError: it is no YAML, or refers to its own parts (`*name`), with which few lines make gigabytes.
    """
    import yaml  # only for those who have a file

    text = read_text(path)
    try:
        refers = any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader))
        said = None if refers else yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split()) or type(error).__name__) from error
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        # So PyYAML ends on a date such as 2024-99-99.
        raise ValueError(f"a value is not what it looks like, or is tagged as ({error})") from error
    if refers:
        raise ValueError("it refers to its own parts (*name); write them out")
    return said
