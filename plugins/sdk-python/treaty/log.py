"""The bounded log: the only thing that a rule may call. Nothing that is logged
decides anything."""

from __future__ import annotations

from collections.abc import Callable

_LINES_MAX = 1000
_lines: list[tuple[str, str]] = []


def _keep(level: str, message: str) -> None:
    if len(_lines) < _LINES_MAX:
        _lines.append((level, message))


# Outside the sandbox the lines are kept for the test that asks for them.
_write: Callable[[str, str], None] = _keep


def debug(message: str) -> None:
    """A line for the rule's author."""
    _write("debug", message)


def info(message: str) -> None:
    """A line worth knowing."""
    _write("info", message)


def warning(message: str) -> None:
    """A line that somebody should look at."""
    _write("warning", message)


def taken() -> list[tuple[str, str]]:
    """The lines that were logged since it was last asked, in a test."""
    lines = _lines[:]
    _lines.clear()
    return lines


def connect(host: Callable[[str, str], None]) -> None:
    """Lets the log write to the host. Called by what is made a component."""
    global _write
    _write = host
