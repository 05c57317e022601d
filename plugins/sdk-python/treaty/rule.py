"""What every rule is: it describes itself, checks a setup, and is made for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .setup import Setup

_NO_KEYS = {"type": "object", "properties": {}, "additionalProperties": False}


class RuleError(Exception):
    """Why a rule cannot answer for one element, and the field that it is about.
    Raise it; other elements are not affected."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass
class About:
    """What a rule says of itself."""

    name: str
    """Verb and noun: `keep-newest`."""
    version: str
    """A semantic version."""
    summary: str
    configuration: Mapping[str, Any] = field(default_factory=lambda: _NO_KEYS)
    """The JSON Schema of the configuration; without it every key is an error."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """`licence`, `author`, `features-version`."""


@dataclass
class Problem:
    """Something wrong with a setup, with the names of what it is about."""

    message: str
    field: str | None = None
    system: str | None = None
    place: str | None = None
    """A JSON pointer into the configuration, or a column of the field table."""


class BaseRule:
    """What all three kinds have in common. It is made anew for each batch: raise a
    RuleError where the setup does not fit."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    @classmethod
    def about(cls) -> About:
        """What the rule says of itself."""
        raise RuleError("a rule says what it is: about()")

    @classmethod
    def check(cls, setup: Setup) -> list[Problem]:
        """Everything that is wrong with a setup. By default what making the rule says."""
        try:
            cls(setup)
        except Exception as error:
            return [Problem(said(error), getattr(error, "field", None))]
        return []


Element = TypeVar("Element")
Answer = TypeVar("Answer")


@dataclass
class Refusal:
    """An answer that is an error, with the field by its position."""

    message: str
    field: int | None


def answer(
    make: Callable[[], Any],
    setup: Setup,
    batch: Sequence[Element],
    one: Callable[[Any, Element], Answer],
) -> list[Answer | Refusal]:
    """One answer for each element, or the same refusal for each when the rule
    cannot be made."""
    try:
        rule = make()
    except Exception as error:
        return [refusal(setup, error) for _ in batch]
    return [_answer_one(setup, rule, element, one) for element in batch]


def _answer_one(
    setup: Setup, rule: Any, element: Element, one: Callable[[Any, Element], Answer]
) -> Answer | Refusal:
    try:
        return one(rule, element)
    except Exception as error:
        return refusal(setup, error)


def refusal(setup: Setup, error: Exception) -> Refusal:
    """Makes an answer of an error."""
    return Refusal(said(error), setup.position(getattr(error, "field", None)))


def said(error: Exception) -> str:
    """A mistake in the rule itself is told with its kind: `TypeError: …`."""
    return str(error) if isinstance(error, RuleError) else f"{type(error).__name__}: {error}"
