"""The rule as a component exports it."""

from wit_world.exports import resolver as wire

from rule import Rule

from .._border import (
    attributes_in, cell_in, cell_out, connect_log, describing, name_of, result_out, row_in, setup_in,
)
from ..record import Record
from ..resolver import Candidate, Conflict, Contested, Verdict
from ..rule import RuleError, answer

connect_log()

Description = describing(Rule)


class Resolver:
    def resolve(self, setup, batch):
        seen = setup_in(setup)

        def one(rule, element):
            verdicts = rule.resolve(_conflict(seen, element))
            if not all(isinstance(verdict, Verdict) for verdict in verdicts):
                raise RuleError("a verdict is what field.keep, field.set or field.escalate gives")
            return [_verdict(verdict) for verdict in verdicts]

        answers = answer(lambda: Rule(seen), seen, batch, one)
        return [result_out(each, lambda verdicts: verdicts) for each in answers]


def _conflict(setup, element):
    fields = [
        Contested(
            setup,
            contested.field,
            cell_in(contested.base),
            [_candidate(setup, *each) for each in enumerate(contested.candidates)],
            attributes_in(contested.attributes),
        )
        for contested in element.contested
    ]
    record = Record(setup.canonical, row_in(element.agreed))
    return Conflict(setup, fields, record, attributes_in(element.attributes))


def _candidate(setup, position, side):
    return Candidate(
        position,
        None if side.system is None else setup.systems[side.system].name,
        cell_in(side.value),
        name_of(side.standing),
        side.at,
        name_of(side.actor_kind),
        side.actor,
    )


def _verdict(verdict):
    if verdict.kept is not None:
        decision = wire.Decision_Keep(verdict.kept)
    elif verdict.value is not None:
        decision = wire.Decision_Set(cell_out(verdict.value))
    else:
        decision = wire.Decision_Escalate()
    return wire.Verdict(verdict.field, decision, verdict.reason)
