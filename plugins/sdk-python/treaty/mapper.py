"""Mappers: between a system's own fields and the canonical ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from .record import Record
from .rule import BaseRule, RuleError
from .setup import Setup, System
from .value import Cell, IntoValue, as_value


@dataclass
class Read:
    """A canonical row and what could not be read; or why the record takes no part."""

    canonical: list[Cell]
    problems: list[tuple[int, str]]
    left_out: str | None = None


@dataclass
class Written:
    """An own row and what could not be written."""

    own: list[Cell]
    problems: list[tuple[int, str]]


@dataclass
class Reading:
    """A canonical row in the making."""

    setup: Setup
    canonical: list[Cell] = field(init=False)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.canonical = [None] * len(self.setup.canonical)

    def set(self, field: str, value: IntoValue) -> Reading:
        """Sets a field by name; a name that the treaty does not have is ignored."""
        position = self.setup.position(field)
        if position is not None:
            self.canonical[position] = as_value(value)
        return self

    def problem(self, field: str, message: str) -> Reading:
        """The field could not be read: it counts as absent and waits."""
        position = _position(self.setup, field, message)
        self.canonical[position] = None
        self.problems.append((position, message))
        return self

    def done(self) -> Read:
        """The record takes part."""
        return Read(self.canonical, self.problems)

    def left_out(self, reason: str) -> Read:
        """The record takes no part, for this reason; it is left alone everywhere."""
        return Read(self.canonical, self.problems, reason)


@dataclass
class Writing:
    """An own row in the making; what is not set stays as it is."""

    setup: Setup
    system: System
    own: list[Cell] = field(init=False)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.own = [None] * len(self.system.fields)

    def set(self, field: str, value: IntoValue) -> Writing:
        """Writes an own field by name; a name that the system does not have is ignored."""
        for position, known in enumerate(self.system.fields):
            if known.name == field:
                self.own[position] = as_value(value)
        return self

    def problem(self, field: str, message: str) -> Writing:
        """A canonical field could not be expressed in this system."""
        self.problems.append((_position(self.setup, field, message), message))
        return self

    def done(self) -> Written:
        """The row as it is to be written."""
        return Written(self.own, self.problems)


@dataclass
class Inbound:
    """A record as its system has it, and the row that is to be made of it."""

    own: Record
    known: Record
    """The canonical row as last agreed."""
    reading: Reading


@dataclass
class Outbound:
    """A canonical row that is to be written to a system."""

    canonical: Record
    """Only what is not absent is to be written."""
    own: Record
    """The system's own row as it stands, all absent when it is created."""
    purpose: str
    """`update` or `create`."""
    writing: Writing


class Mapper(BaseRule):
    """A rule that maps fields: what was written reads back the same."""

    def read(self, system: System, inbound: Inbound) -> Read:
        """From a system's own row to a canonical one."""
        raise RuleError("this rule does not read records")

    def write(self, system: System, outbound: Outbound) -> Written:
        """From a canonical row to a system's own one."""
        raise RuleError("this rule does not write records")


def _position(setup: Setup, field: str, message: str) -> int:
    position = setup.position(field)
    if position is None:
        raise RuleError(f"no field {field} exists: {message}")
    return position
