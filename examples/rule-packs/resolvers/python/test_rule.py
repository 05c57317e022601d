"""Run with `python3 -m unittest`."""

import unittest

from rule import Rule
from treaty import ConflictCase, Decided

STAGES = {"stages": ["lead", "opportunity", "customer"]}


class Decisions(unittest.TestCase):
    def test_the_furthest_stage_wins_and_a_strange_one_is_asked(self) -> None:
        def decide(stage: str) -> Decided:
            case = ConflictCase("lifecycle").configuration(STAGES).base("lead")
            return case.side("hubspot", stage).side("salesforce", "opportunity").decide(Rule)

        self.assertEqual(decide("customer").winner, "hubspot")
        self.assertEqual(decide("lead").winner, "salesforce")
        self.assertTrue(decide("evangelist").escalated)

    def test_a_person_is_heard_before_a_workflow(self) -> None:
        case = ConflictCase("lifecycle").configuration(STAGES)
        case = case.side("hubspot", "customer", automation="workflow")
        decided = case.side("salesforce", "lead", person="kim").decide(Rule)
        self.assertEqual(decided.winner, "salesforce")


if __name__ == "__main__":
    unittest.main()
