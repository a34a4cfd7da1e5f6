"""The errors a user can meet. Each message is one line: what was wrong, its value, what is allowed.

All are `ValueError`s, so that library users need no import to catch them; the command line turns any
of them into that one line and exit status 2. Anything else that escapes is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Iterable


class SynRLError(ValueError):
    """Base of every error that a user can cause and mend."""


class ConfigError(SynRLError):
    """A family, level, mode or option that does not exist or does not fit the others."""


class OutputError(SynRLError):
    """An output folder that can't take the result."""


class DataError(SynRLError):
    """A dataset that can't be found or read, or a row that isn't one of ours."""


class HubError(SynRLError):
    """The Hub refused something, or could not be reached."""


class ServerError(SynRLError):
    """The server of a model refused something, or could not be reached."""


class TrainingError(SynRLError):
    """A run that can't go on as it was told to."""


class EvaluationError(SynRLError):
    """A run of lmms-eval that did not end well."""


class VideoError(SynRLError):
    """Video bytes that can't be decoded whole."""


class IllegalOperation(SynRLError):
    """An operation that the world's rules don't allow in this state."""


def allowed(values: Iterable[object]) -> str:
    """The tail of a message: `allowed: a, b, c`."""
    return "allowed: " + ", ".join(str(value) for value in values)


def first_line(error: BaseException) -> str:
    """What another library's error says, in one line; its type if it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
