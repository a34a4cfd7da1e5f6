"""The errors a user can meet. Each message is one line: what was wrong, its value, what is allowed.

    SynRLError
      ConfigError
      OutputError
      DataError
        VideoError
      RemoteError
        HubError
        ServerError
      RunError
        TrainingError
        EvaluationError
      IllegalOperation

All are `ValueError`s, so that library users need no import to catch them; the command line turns any
of them into that one line and exit status 2. Anything else that escapes is a bug of ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_SHOWN = 60
"""Characters of a value in a message."""


class SynRLError(ValueError):
    """Base of every error that a user can cause and mend."""


class ConfigError(SynRLError):
    """A family, level, mode or option that does not exist or does not fit the others."""


class OutputError(SynRLError):
    """An output folder that can't take the result."""


# What is read


class DataError(SynRLError):
    """A dataset that can't be found or read, or a row that isn't one of ours."""


class VideoError(DataError):
    """Video bytes that can't be decoded whole."""


# What is asked of other machines


class RemoteError(SynRLError):
    """Base of what comes back from other machines, or doesn't; what got through is kept, so try again."""


class HubError(RemoteError):
    """The Hub refused something, or could not be reached."""


class ServerError(RemoteError):
    """The server of a model refused something, or could not be reached."""


# What runs for long


class RunError(SynRLError):
    """Base of what ends a run of another library before its time."""


class TrainingError(RunError):
    """A run that can't go on as it was told to."""


class EvaluationError(RunError):
    """A run of lmms-eval that did not end well."""


# What worlds refuse


class IllegalOperation(SynRLError):
    """An operation that the world's rules don't allow in this state."""


def allowed(values: Iterable[object], said: object = None) -> str:
    """The tail of a message: `allowed: a, b, c`, and which of them was meant by what was said, if any."""
    names = [str(value) for value in values]
    return f"{meant(said, names)}allowed: {', '.join(names)}"


def meant(said: object, names: Iterable[str]) -> str:
    """The question whether the closest name was meant, with a blank at its end; nothing if none is close."""
    close = difflib.get_close_matches(said[:_SHOWN], list(names), 1) if isinstance(said, str) else []
    return f"did you mean {close[0]}? " if close else ""


def shown(value: object) -> str:
    """A value as a message shows it: control characters escaped, and no more of it than a line holds."""
    if isinstance(value, str | bytes) and len(value) > _SHOWN:
        return f"{value[:_SHOWN]!r}…"
    said = repr(value)
    return said if len(said) <= _SHOWN + 2 else f"{said[:_SHOWN]}…"


def one_line(error: BaseException) -> str:
    """What an error says, on one line that holds no control character, whatever it repeats."""
    return printable(str(error).strip() or type(error).__name__)


def printable(text: str) -> str:
    """A text on one line, its control characters escaped."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def first_line(error: BaseException) -> str:
    """What another library's error says, in one line; its type if it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
