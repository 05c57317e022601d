"""The rule as a component exports it."""

from wit_world.exports import matcher as wire

from rule import Rule

from .._border import attributes_in, connect_log, describing, name_of, result_out, row_in, setup_in
from ..matcher import Counted, Population, TermCount, features_from_bytes, features_to_bytes
from ..record import Record
from ..rule import RuleError, answer

connect_log()

Description = describing(Rule)


class Matcher:
    def prepare(self, setup, batch):
        seen = setup_in(setup)

        def one(rule, row):
            prepared = rule.prepare(Record(seen.canonical, row_in(row)))
            return wire.Prepared(
                [wire.Key(key.kind, key.hash) for key in prepared.keys],
                [wire.Term(term.value, term.witness) for term in prepared.terms],
                features_to_bytes(prepared.features),
            )

        answers = answer(lambda: Rule(seen), seen, batch, one)
        return [result_out(each, lambda made: made) for each in answers]

    def compare(self, setup, population, records, pairs, detail):
        seen = setup_in(setup)
        among = Population(population.records, population.pairs, attributes_in(population.attributes))
        read = [_counted(record) for record in records]

        def side(position):
            if position >= len(read):
                raise RuleError(f"record {position} is not among the {len(read)} of the batch")
            if isinstance(read[position], RuleError):
                raise read[position]
            return read[position]

        def one(rule, pair):
            return rule.compare(side(pair.first), side(pair.second), among, name_of(detail))

        answers = answer(lambda: Rule(seen), seen, pairs, one)
        return [result_out(each, _comparison) for each in answers]


def _counted(record):
    try:
        features = features_from_bytes(record.features)
    except RuleError as error:
        return error
    return Counted(features, [TermCount(each.records, each.witnesses) for each in record.counts])


def _comparison(compared):
    evidence = [wire.Evidence(each.about, each.finding, float(each.weight)) for each in compared.evidence]
    return wire.Comparison(
        float(compared.weight), float(compared.probability), compared.pattern, evidence
    )
