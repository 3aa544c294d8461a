"""How a command ends that does not end well: a line of what was found, one of the mend, an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mfa_harness.usage import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

OK: Final = 0
USAGE: Final = 2
OURS: Final = 3
INTERRUPTED: Final = 130

WHOLE_TRACE: Final = "MFA_HARNESS_TRACE"
"""Environment variable: when it is set, a bug of ours prints its whole traceback."""

_INDENT: Final = " " * len("mfa-harness: ")
_FRAMES: Final = 4


def tell(error: Exception) -> int:
    """Tell a person on standard error what went wrong, and return the exit code."""
    found, mend = _mistake(error)
    if found:
        _say(found, mend)
        return USAGE
    _say(f"a bug of ours, not of the target: {_named(error)}", "")
    if os.environ.get(WHOLE_TRACE):
        traceback.print_exception(error)
    else:
        sys.stderr.writelines(f"{_INDENT}{line}\n" for line in _innermost(error))
        _say_more(f"Please report it with these lines. {WHOLE_TRACE}=1 prints the whole traceback.")
    return OURS


def _mistake(error: Exception) -> tuple[str, str]:
    """What was found and how to mend it, for an error that the person can mend; empty for any other."""
    if isinstance(error, UsageError):
        return error.found, error.mend
    message = getattr(error, "format_message", None)
    if message is not None:  # whatever the command line parser raises, in every version of it
        context = getattr(error, "ctx", None)
        return _uncapitalised(
            message()
        ), f"See `{context.command_path if context else 'mfa-harness'} --help`."
    # Imported only now: most commands end well.
    from mfa_harness.feature_files import FeatureError  # noqa: PLC0415
    from mfa_harness.targets.target import TargetError  # noqa: PLC0415

    if isinstance(error, TargetError):
        return f"{error.tried}: {error.found}", error.mend
    if isinstance(error, FeatureError):
        return "\n".join(error.findings), "Correct these lines; nothing was run."
    return "", ""


def _say(found: str, mend: str) -> None:
    first, *others = found.splitlines()
    sys.stderr.write(f"mfa-harness: {first}\n")
    for line in others:
        _say_more(line)
    if mend:
        _say_more(mend)


def _say_more(line: str) -> None:
    sys.stderr.write(f"{_INDENT}{line}\n")


def _uncapitalised(message: str) -> str:
    flat = " ".join(message.split()).rstrip(".")
    return flat[:1].lower() + flat[1:]


def _named(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(": ")


def _innermost(error: Exception) -> Iterator[str]:
    """The last few places of ours on the way to the error, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _root(frame.filename) is not None]
    for frame in [*ours[-_FRAMES:], *(frames[-1:] if frames[-1:] != ours[-1:] else [])]:
        parts = Path(frame.filename).parts
        kept = parts[_root(frame.filename) or -2 :]
        yield f"{'/'.join(kept)}:{frame.lineno} in {frame.name}"


def _root(filename: str) -> int | None:
    """Where in a path our own package begins."""
    parts = Path(filename).parts
    return next((parts.index(name) for name in ("mfa_harness", "mfa_simulators") if name in parts), None)
