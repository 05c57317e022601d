"""The SDK without WebAssembly: what a rule sees."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from treaty import (  # noqa: E402
    Comparison, ConflictCase, Counted, Field, Key, Population, Reading, Record, RecordMatcher,
    Resolver, RuleError, Setup, System, Value, Writing, log,
)
from treaty.hashing import hash_of  # noqa: E402
from treaty.matcher import features_from_bytes, features_to_bytes  # noqa: E402
from treaty.rule import answer  # noqa: E402

SETUP = Setup(
    "contact",
    [Field("email", "email", {"crm": " Mail "}), Field("age", "number")],
    [System("crm", [Field("Mail", "text")])],
)


class KeepPerson(Resolver):
    def resolve_field(self, field, record):
        person = next((side for side in field.candidates if side.by_person), None)
        return field.keep(person, "person") if person else field.escalate("nobody")


class Sdk(unittest.TestCase):
    def test_a_conflict_is_decided_by_names(self):
        case = ConflictCase("phone").base("1").side("crm", "2", person="anna")
        decided = case.side("desk", "3", automation="import").decide(KeepPerson)
        self.assertEqual((decided.winner, decided.value), ("crm", Value.text("2")))
        self.assertTrue(ConflictCase("phone").side("a", "1").side("b", "2").decide(KeepPerson).escalated)

    def test_an_error_names_its_field_and_another_element_is_answered(self):
        def one(rule, element):
            if element == "x":
                raise RuleError('"x" is no age', "age")
            return element + 1

        wrong, mistaken, right = answer(lambda: None, SETUP, ["x", "y", 1], one)
        self.assertEqual((wrong.field, wrong.message), (1, '"x" is no age'))
        self.assertTrue(mistaken.message.startswith("TypeError: "))
        self.assertEqual(right, 2)

    def test_a_key_that_is_not_in_the_configuration_is_told(self):
        class Configured(KeepPerson):
            def __init__(self, setup):
                super().__init__(setup)
                setup.config(["a", "b"])

        [problem] = Configured.check(Setup("contact", [], [], '{"c":1}'))
        self.assertEqual(problem.message, 'no key "c" exists in the configuration; these do: a, b')

    def test_rows_are_made_by_names(self):
        read = Reading(SETUP).set("email", "a@b").set("unknown", "x").problem("age", "not said").done()
        self.assertEqual(read.canonical, [Value.text("a@b"), None])
        self.assertEqual(read.problems, [(1, "not said")])
        written = Writing(SETUP, SETUP.systems[0]).set("Mail", None).done()
        self.assertEqual(written.own, [Value.null()])
        self.assertEqual(SETUP.field("email").attribute("crm"), "Mail")

    def test_a_record_comes_back_as_it_was_prepared(self):
        class Same(RecordMatcher):
            def keys(self, record):
                return [Key.of("email", record.text("email"))]

            def compare_records(self, first, second):
                assert first.cells == row and second.cells == row
                return Comparison.of_weight(-2000)

        row = [Value.text("ü中😀"), Value.choices(["b", "a"])]
        matcher = Same(SETUP)
        prepared = matcher.prepare(Record(SETUP.canonical, row))
        kept = Counted(features_from_bytes(features_to_bytes(prepared.features)))
        compared = matcher.compare(kept, kept, Population(2, 1), "score")
        self.assertLess(compared.probability, 0.01)
        with self.assertRaisesRegex(RuleError, "not what prepare wrote"):
            features_from_bytes(b"\x01")

    def test_a_hash_is_the_same_as_in_the_other_languages(self):
        self.assertEqual(hash_of(["anna@a.de"]), 17472838798658159124)

    def test_what_is_logged_is_kept_for_the_test(self):
        log.warning("careful")
        self.assertEqual(log.taken(), [("warning", "careful")])


if __name__ == "__main__":
    unittest.main()
