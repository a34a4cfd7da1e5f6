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


def allowed(values: Iterable[object]) -> str:
    """The tail of a message: `allowed: a, b, c`."""
    return "allowed: " + ", ".join(str(value) for value in values)


def shown(value: object) -> str:
    """A value as a message shows it: control characters escaped, and no more of it than a line holds."""
    if isinstance(value, str | bytes) and len(value) > _SHOWN:
        return f"{value[:_SHOWN]!r}…"
    said = repr(value)
    return said if len(said) <= _SHOWN + 2 else f"{said[:_SHOWN]}…"


def one_line(error: BaseException) -> str:
    """What an error says, on one line that holds no control character, whatever it repeats."""
    said = str(error).strip() or type(error).__name__
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in said)


def first_line(error: BaseException) -> str:
    """What another library's error says, in one line; its type if it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
