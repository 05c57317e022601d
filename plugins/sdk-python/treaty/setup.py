"""What the treaty says: fields, systems, configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .rule import RuleError


def find(attributes: Mapping[str, str], name: str | None) -> str | None:
    """The trimmed text under a name, if it says anything."""
    return attributes.get(name or "", "").strip() or None


@dataclass
class Field:
    """A field of a schema."""

    name: str
    kind: str
    attributes: Mapping[str, str] = field(default_factory=dict)

    def attribute(self, name: str) -> str | None:
        """For a canonical field a cell of its row in the field table, by its column."""
        return find(self.attributes, name)


@dataclass
class System:
    """A system that takes part, with its own fields."""

    name: str
    fields: Sequence[Field] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    def attribute(self, name: str) -> str | None:
        return find(self.attributes, name)


@dataclass
class Setup:
    """What a rule is told once for a batch."""

    entity: str
    canonical: list[Field]
    systems: list[System]
    configuration: str = "{}"
    attributes: dict[str, str] = field(default_factory=dict)

    def position(self, name: str | None) -> int | None:
        """The position of a canonical field; None where there is none."""
        return _position(self.canonical, name)

    def field(self, name: str) -> Field | None:
        return next((field for field in self.canonical if field.name == name), None)

    def system(self, name: str) -> System | None:
        return next((system for system in self.systems if system.name == name), None)

    def system_position(self, name: str | None) -> int | None:
        return _position(self.systems, name)

    def attribute(self, name: str) -> str | None:
        return find(self.attributes, name)

    @property
    def now(self) -> int | None:
        """The batch's own time, in microseconds since 1970."""
        now = self.attribute("now")
        return int(now) if now is not None else None

    @property
    def clock_tolerance_micros(self) -> int:
        """How far apart two systems' clocks may be."""
        text = self.attribute("clock-tolerance-ms") or "0"
        if not (text.isascii() and text.isdigit()):
            raise RuleError(f"the clock tolerance {text} is no whole number")
        return int(text) * 1000

    def config(self, keys: Sequence[str]) -> dict[str, Any]:
        """The configuration, which may have these keys and no others."""
        given = json.loads(self.configuration.strip() or "{}")
        for key in given:
            if key not in keys:
                known = f"; these do: {', '.join(keys)}" if keys else ""
                raise RuleError(f'no key "{key}" exists in the configuration{known}')
        return given


def _position(named: Sequence[Any], name: str | None) -> int | None:
    positions = (position for position, one in enumerate(named) if one.name == name)
    return next(positions, None)
