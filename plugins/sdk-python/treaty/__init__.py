"""Write a rule for Treaty: a class, and a function for one element.

Extend `Resolver`, `Mapper`, `Matcher` or `RecordMatcher`, and call the class `Rule`
in `rule.py`. What the words mean stands in `wit/`.
"""

from . import log
from .case import ConflictCase, Decided
from .mapper import Inbound, Mapper, Outbound, Read, Reading, Writing, Written
from .matcher import (
    Comparison,
    Counted,
    Evidence,
    Key,
    Matcher,
    Population,
    Prepared,
    RecordMatcher,
    Term,
    TermCount,
)
from .record import Record
from .resolver import Candidate, Conflict, Contested, Resolver, Verdict
from .rule import About, Problem, RuleError
from .setup import Field, Setup, System
from .value import Cell, IntoValue, Value

__all__ = [
    "About", "Candidate", "Cell", "Comparison", "Conflict", "ConflictCase", "Contested",
    "Counted", "Decided", "Evidence", "Field", "Inbound", "IntoValue", "Key", "Mapper",
    "Matcher", "Outbound", "Population", "Prepared", "Problem", "Read", "Reading", "Record",
    "RecordMatcher", "Resolver", "RuleError", "Setup", "System", "Term", "TermCount", "Value",
    "Verdict", "Writing", "Written", "log",
]
