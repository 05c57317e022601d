"""The rule as a component exports it."""

from wit_world.exports import mapper as wire

from rule import Rule

from .._border import connect_log, describing, name_of, result_out, row_in, row_out, setup_in
from ..mapper import Inbound, Outbound, Reading, Writing
from ..record import Record
from ..rule import RuleError, answer

connect_log()

Description = describing(Rule)


class Mapper:
    def to_canonical(self, setup, system, batch):
        seen = setup_in(setup)

        def one(rule, element):
            of = _system(seen, system)
            own = Record(of.fields, row_in(element.own))
            known = Record(seen.canonical, row_in(element.known))
            return _read(rule.read(of, Inbound(own, known, Reading(seen))))

        return _answers(seen, batch, one)

    def from_canonical(self, setup, system, batch):
        seen = setup_in(setup)

        def one(rule, element):
            of = _system(seen, system)
            canonical = Record(seen.canonical, row_in(element.canonical))
            own = Record(of.fields, row_in(element.own))
            outbound = Outbound(canonical, own, name_of(element.purpose), Writing(seen, of))
            written = rule.write(of, outbound)
            return wire.Written(row_out(written.own), _problems(written.problems))

        return _answers(seen, batch, one)


def _answers(seen, batch, one):
    answers = answer(lambda: Rule(seen), seen, batch, one)
    return [result_out(each, lambda made: made) for each in answers]


def _system(setup, position):
    if position >= len(setup.systems):
        known = len(setup.systems)
        raise RuleError(f"system {position} is not among the {known} of the setup")
    return setup.systems[position]


def _read(read):
    if read.left_out is not None:
        return wire.InboundAnswer_LeftOut(read.left_out)
    return wire.InboundAnswer_Read(wire.Read(row_out(read.canonical), _problems(read.problems)))


def _problems(problems):
    return [wire.FieldProblem(field, message) for field, message in problems]
