"""Conflicts for tests. They run wherever Python does; a rule's test needs no
WebAssembly."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from .record import Record
from .resolver import Candidate, Conflict, Contested, Resolver
from .setup import Field, Setup, System
from .value import Cell, IntoValue, Value, as_value


@dataclass(frozen=True)
class Decided:
    """What a resolver decided."""

    winner: str | None
    """The system whose value was kept."""
    value: Value | None
    """The value that won; None when a person must decide."""
    reason: str

    @property
    def escalated(self) -> bool:
        return self.value is None


class ConflictCase:
    """A conflict over one field in the making."""

    def __init__(self, field: str, kind: str = "text") -> None:
        self.setup = Setup("contact", [Field(field, kind)], [])
        self.agreed_before: Cell = None
        self.candidates: list[Candidate] = []

    def base(self, value: IntoValue) -> ConflictCase:
        """What was agreed before. Without it the records meet for the first time."""
        self.agreed_before = as_value(value)
        return self

    def side(
        self,
        system: str,
        value: IntoValue,
        *,
        at: int | None = None,
        person: str | None = None,
        automation: str | None = None,
    ) -> ConflictCase:
        """A value that a system holds, and what else is known of it."""
        if self.setup.system(system) is None:
            self.setup.systems.append(System(system))
        kind = "person" if person else "automation" if automation else "unknown"
        self.candidates.append(
            Candidate(
                position=len(self.candidates),
                system=system,
                value=as_value(value),
                standing="edited",
                at=at,
                actor_kind=kind,
                actor=person or automation,
            )
        )
        return self

    def attribute(self, name: str, value: str) -> ConflictCase:
        """An attribute of the setup: `("clock-tolerance-ms", "2000")`."""
        self.setup.attributes[name] = value
        return self

    def configuration(self, given: dict[str, Any]) -> ConflictCase:
        """The rule's configuration."""
        self.setup.configuration = json.dumps(given)
        return self

    def decide(self, rule: type[Resolver]) -> Decided:
        """Lets a rule decide. Raises what the rule refuses with."""
        standing = "first-seen" if self.agreed_before is None else "edited"
        sides = [replace(side, standing=standing) for side in self.candidates]
        contested = Contested(self.setup, 0, self.agreed_before, sides)
        record = Record(self.setup.canonical, [None])
        [verdict] = rule(self.setup).resolve(Conflict(self.setup, [contested], record))
        if verdict.kept is None:
            return Decided(None, verdict.value, verdict.reason)
        kept = sides[verdict.kept]
        return Decided(kept.system, kept.value, verdict.reason)
