"""The border of the sandbox: what the bindings that `componentize-py` makes of the
contract say, as this package says it, and back. Nothing else imports them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import Enum
from typing import Any

from componentize_py_types import Err, Ok
from wit_world.imports import log as host_log
from wit_world.imports import types

from . import log
from .rule import BaseRule, Refusal
from .setup import Field, Setup, System
from .value import Cell, Value


def connect_log() -> None:
    """Lets the log write to the host."""
    log.connect(lambda level, message: host_log.write(host_log.Level[level.upper()], message))


def attributes_in(wire: Sequence[Any]) -> dict[str, str]:
    # The first of a name counts, as it does in the other languages.
    return {each.name: each.value for each in reversed(wire)}


def attributes_out(attributes: Any) -> list[Any]:
    return [types.Attribute(name, str(value)) for name, value in attributes.items()]


def fields_in(wire: Sequence[Any]) -> list[Field]:
    return [Field(each.name, each.kind, attributes_in(each.attributes)) for each in wire]


def setup_in(wire: Any) -> Setup:
    systems = [
        System(each.name, fields_in(each.fields), attributes_in(each.attributes))
        for each in wire.systems
    ]
    return Setup(
        wire.entity,
        fields_in(wire.canonical),
        systems,
        wire.configuration,
        attributes_in(wire.attributes),
    )


def cell_in(wire: Any) -> Cell:
    if wire is None:
        return None
    kind = type(wire).__name__.removeprefix("Value_").lower()
    content = getattr(wire, "value", None)
    return Value(kind, tuple(content) if kind == "choices" else content)


def row_in(wire: Sequence[Any]) -> list[Cell]:
    return [cell_in(each) for each in wire]


def cell_out(cell: Cell) -> Any:
    if cell is None:
        return None
    kind = getattr(types, f"Value_{cell.kind.capitalize()}")
    match cell.kind:
        case "null":
            return kind()
        case "choices":
            return kind(list(cell.content))
        case _:
            return kind(cell.content)


def row_out(row: Sequence[Cell]) -> list[Any]:
    return [cell_out(each) for each in row]


def name_of(case: Enum) -> str:
    """A case as the contract writes it: `first-seen`."""
    return case.name.lower().replace("_", "-")


def result_out(answer: Any, of_answer: Any) -> Any:
    if isinstance(answer, Refusal):
        return Err(types.RuleError(answer.field, answer.message))
    return Ok(of_answer(answer))


def describing(rule: type[BaseRule]) -> type:
    """The interface that every rule exports."""
    from wit_world.exports import description as wire

    class Description:
        def describe(self) -> Any:
            about = rule.about()
            return wire.Description(
                about.name,
                about.version,
                about.summary,
                json.dumps(about.configuration),
                attributes_out(about.attributes),
            )

        def check(self, setup: Any) -> list[Any]:
            seen = setup_in(setup)
            return [
                wire.Problem(
                    seen.position(problem.field),
                    seen.system_position(problem.system),
                    problem.place,
                    problem.message,
                )
                for problem in rule.check(seen)
            ]

    return Description
