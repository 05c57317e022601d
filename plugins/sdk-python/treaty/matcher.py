"""Matchers: which records are the same thing in the world."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .hashing import hash_of
from .record import Record
from .rule import BaseRule, RuleError
from .value import cell_from_json, cell_to_json


@dataclass(frozen=True)
class Key:
    """A blocking key: two records that share one are compared."""

    kind: str
    hash: int

    @staticmethod
    def of(kind: str, *parts: str) -> Key:
        """A key of a kind (`email`, `last-postcode`) with what it is made of."""
        return Key(kind, hash_of(parts))


@dataclass(frozen=True)
class Term:
    """A value whose frequency matters, and the value that was seen beside it."""

    value: int
    witness: int = 0

    @staticmethod
    def of(kind: str, value: str, witness: str | None = None) -> Term:
        return Term(hash_of([kind, value]), 0 if witness is None else hash_of([witness]) or 1)


@dataclass(frozen=True)
class TermCount:
    """In how many records a term was seen, and with how many witnesses."""

    records: int
    witnesses: int


@dataclass
class Prepared:
    """What the host keeps for one version of a record."""

    keys: Sequence[Key]
    features: Any
    """Whatever JSON can hold."""
    terms: Sequence[Term] = ()


@dataclass
class Counted:
    """What prepare gave as features, with the counts of the record's terms."""

    features: Any
    counts: Sequence[TermCount] = ()


@dataclass
class Population:
    """The records among which matches are looked for."""

    records: int
    pairs: int
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Evidence:
    """What was compared, what was found, and its share of the weight in bits."""

    about: str
    finding: str
    weight: float


@dataclass
class Comparison:
    """What a comparison came to."""

    weight: float
    probability: float
    pattern: int = 0
    evidence: Sequence[Evidence] = ()

    @staticmethod
    def of_weight(weight: float, evidence: Sequence[Evidence] = (), pattern: int = 0) -> Comparison:
        """A weight in bits, and the probability that follows from it."""
        # A power that is too large for a float says the same as this one.
        probability = 1 / (1 + 2.0 ** min(-weight, 1000.0))
        return Comparison(float(weight), probability, pattern, evidence)


class Matcher(BaseRule):
    """A rule that matches records in two steps. What costs time belongs in `prepare`."""

    def prepare(self, record: Record) -> Prepared:
        """Keys, terms and features."""
        raise RuleError("this rule does not prepare records")

    def compare(
        self, first: Counted, second: Counted, population: Population, detail: str
    ) -> Comparison:
        """Weighs two prepared records."""
        raise RuleError("this rule does not compare records")


class RecordMatcher(Matcher):
    """A rule that only wants to compare two records: its features are the record itself."""

    def keys(self, record: Record) -> list[Key]:
        """The keys under which a record can be found."""
        raise RuleError("this rule gives no keys")

    def compare_records(self, first: Record, second: Record) -> Comparison:
        """Weighs two records, in bits."""
        raise RuleError("this rule does not compare records")

    def prepare(self, record: Record) -> Prepared:
        return Prepared(self.keys(record), [cell_to_json(cell) for cell in record.cells])

    def compare(
        self, first: Counted, second: Counted, population: Population, detail: str
    ) -> Comparison:
        return self.compare_records(self._record(first), self._record(second))

    def _record(self, counted: Counted) -> Record:
        return Record(self.setup.canonical, [cell_from_json(text) for text in counted.features])


def features_to_bytes(features: Any) -> bytes:
    """Features as the host keeps them."""
    return json.dumps(features, separators=(",", ":")).encode()


def features_from_bytes(kept: bytes) -> Any:
    """The features that were kept so."""
    try:
        return json.loads(kept)
    except ValueError:
        raise RuleError("the features are not what prepare wrote") from None
