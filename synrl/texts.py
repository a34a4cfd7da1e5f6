"""Reading small texts, such as settings: from files, and never from what would be waited for."""

from __future__ import annotations

import errno
from pathlib import Path


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        OSError: it isn't there, can't be read, or is no file: a pipe might stay empty, a device never end.
        UnicodeDecodeError: it is no UTF-8.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no file", str(path))
    return path.read_text(encoding="utf-8")
