"""Resolvers: who wins when a field was changed in two or more places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .record import Record
from .rule import BaseRule, RuleError
from .setup import Setup, find
from .value import Cell, IntoValue, Value, as_value


@dataclass(frozen=True)
class Candidate:
    """One of the values that contest a field."""

    position: int
    system: str | None
    """The name of the system that holds it."""
    value: Value
    standing: str
    """`edited`, `first-seen` or `agreed`."""
    at: int | None = None
    """When the system says it was changed, in microseconds since 1970."""
    actor_kind: str = "unknown"
    """`unknown`, `person`, `automation` or `treaty`."""
    actor: str | None = None

    @property
    def text(self) -> str | None:
        return self.value.written

    @property
    def by_person(self) -> bool:
        return self.actor_kind == "person"

    @property
    def by_automation(self) -> bool:
        return self.actor_kind == "automation"


@dataclass(frozen=True)
class Verdict:
    """What is decided for a field: the position of a candidate, a value, or
    neither. Made by `keep`, `set` and `escalate`."""

    field: int
    reason: str
    kept: int | None = None
    value: Value | None = None


@dataclass
class Contested:
    """A contested field."""

    setup: Setup
    position: int
    base: Cell
    """What was agreed before; None at the first meeting."""
    candidates: Sequence[Candidate]
    """The values that contest the field. Their order carries no meaning."""
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.setup.canonical[self.position].name

    @property
    def kind(self) -> str:
        return self.setup.canonical[self.position].kind

    def table(self, column: str) -> str | None:
        """A cell of the field's row in the field table, by its column."""
        return self.setup.canonical[self.position].attribute(column)

    def attribute(self, name: str) -> str | None:
        return find(self.attributes, name)

    def of(self, system: str) -> Candidate | None:
        """The candidate of a system, by the system's name."""
        return next((side for side in self.candidates if side.system == system), None)

    def keep(self, winner: Candidate, reason: str) -> Verdict:
        """This candidate wins."""
        if not isinstance(winner, Candidate):
            raise RuleError("what is kept must be one of the field's candidates", self.name)
        return Verdict(self.position, reason, kept=winner.position)

    def set(self, value: IntoValue, reason: str) -> Verdict:
        """This value wins, though no system holds it."""
        return Verdict(self.position, reason, value=as_value(value))

    def escalate(self, reason: str) -> Verdict:
        """A person must decide."""
        return Verdict(self.position, reason)


@dataclass
class Conflict:
    """One thing in the world with all its contested fields."""

    setup: Setup
    fields: Sequence[Contested]
    record: Record
    """The rest of the record as agreed; contested fields are absent."""
    attributes: Mapping[str, str] = field(default_factory=dict)

    def field(self, name: str) -> Contested | None:
        return next((field for field in self.fields if field.name == name), None)

    def attribute(self, name: str) -> str | None:
        return find(self.attributes, name)


class Resolver(BaseRule):
    """A rule that decides conflicts: field by field, or a record at once."""

    def resolve_field(self, field: Contested, record: Record) -> Verdict:
        """Decides one field."""
        return field.escalate("this rule does not decide the field")

    def resolve(self, conflict: Conflict) -> list[Verdict]:
        """Decides all contested fields of one record: one verdict for each."""
        return [self.resolve_field(field, conflict.record) for field in conflict.fields]
