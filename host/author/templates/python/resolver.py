"""Keeps what a person wrote over what an automation wrote, then the newest."""

from treaty import About, Candidate, Contested, Record, Resolver, Setup, Verdict


class Rule(Resolver):
    @classmethod
    def about(cls) -> About:
        return About(
            "{{name}}",
            "1.0.0",
            "Keeps what a person wrote over what an automation wrote, then the newest.",
        )

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.tolerance = setup.clock_tolerance_micros

    def resolve_field(self, field: Contested, record: Record) -> Verdict:
        has_person = any(side.by_person for side in field.candidates)
        sides = [side for side in field.candidates if not (has_person and side.by_automation)]
        if hold_the_same(sides):
            return field.keep(sides[0], "person over automation")
        times = [side.at for side in sides if side.at is not None]
        if len(times) < len(sides):
            return field.escalate("a side does not say when it was changed")
        newest = max(times)
        tied = [side for side, at in zip(sides, times) if newest - at <= self.tolerance]
        if hold_the_same(tied):
            return field.keep(tied[0], "the newest")
        return field.escalate("the sides were changed at the same time")


def hold_the_same(sides: list[Candidate]) -> bool:
    return all(side.value == sides[0].value for side in sides)
