"""Values: what a field holds."""

from __future__ import annotations

import json as _json
from collections.abc import Iterable
from dataclasses import dataclass

_WRITTEN = ("text", "decimal", "date", "reference", "json")


@dataclass(frozen=True)
class Value:
    """One value of one field: its kind, as the contract names it, and what it holds."""

    kind: str
    content: None | bool | int | str | tuple[str, ...] = None

    @staticmethod
    def null() -> Value:
        """Said to be empty, which is not the same as absent."""
        return Value("null")

    @staticmethod
    def boolean(flag: bool) -> Value:
        return Value("boolean", flag)

    @staticmethod
    def integer(number: int) -> Value:
        return Value("integer", number)

    @staticmethod
    def decimal(text: str) -> Value:
        """An exact number in plain notation, `-12.5`; never a float."""
        return Value("decimal", text)

    @staticmethod
    def text(text: str) -> Value:
        return Value("text", text)

    @staticmethod
    def date(text: str) -> Value:
        """A day, `2026-11-20`."""
        return Value("date", text)

    @staticmethod
    def instant(micros: int) -> Value:
        """Microseconds since 1970."""
        return Value("instant", micros)

    @staticmethod
    def choices(choices: Iterable[str]) -> Value:
        """A set of choices, brought into the order that the contract asks for."""
        return Value("choices", tuple(sorted(set(choices))))

    @staticmethod
    def reference(text: str) -> Value:
        return Value("reference", text)

    @staticmethod
    def json(text: str) -> Value:
        return Value("json", text)

    @property
    def written(self) -> str | None:
        """What is written in a text, a decimal, a date, a reference or JSON."""
        return self.content if self.kind in _WRITTEN else None


Cell = Value | None
"""A value, or None: the system did not say."""

IntoValue = Value | str | bool | int | None
"""What a rule may give for a value; None stands for null."""


def as_value(given: IntoValue) -> Value:
    """A text, a flag and a whole number stand for themselves."""
    match given:
        case Value():
            return given
        case None:
            return Value.null()
        case bool():
            return Value.boolean(given)
        case int():
            return Value.integer(given)
        case str():
            return Value.text(given)
    raise TypeError(f"no value can be made of {given!r}; use Value.decimal, Value.date, …")


def cell_to_json(cell: Cell) -> str:
    """A cell as a text that only the same cell has."""
    if cell is None:
        return ""
    content = list(cell.content) if cell.kind == "choices" else cell.content
    return _json.dumps([cell.kind, content])


def cell_from_json(text: str) -> Cell:
    """The cell that was made such a text."""
    if not text:
        return None
    kind, content = _json.loads(text)
    return Value(kind, tuple(content) if kind == "choices" else content)
