"""Run with `python3 -m unittest`."""

import unittest

from rule import Rule
from treaty import ConflictCase, Decided


class Decisions(unittest.TestCase):
    def test_a_person_wins_over_an_automation(self) -> None:
        case = ConflictCase("phone").base("1").side("crm", "2", person="anna", at=1)
        decided = case.side("desk", "3", automation="enrichment", at=2).decide(Rule)
        self.assertEqual(decided.winner, "crm")

    def test_of_two_people_the_later_wins_and_a_tie_is_asked(self) -> None:
        def decide(first: int, second: int) -> Decided:
            case = ConflictCase("phone").base("1").side("crm", "2", person="anna", at=first)
            return case.side("desk", "3", person="ben", at=second).decide(Rule)

        self.assertEqual(decide(1, 2).winner, "desk")
        self.assertTrue(decide(2, 2).escalated)


if __name__ == "__main__":
    unittest.main()
