"""Keeps the stage that is furthest along, among what people said if anybody did.

How far a stage is, the treaty says in the rule's configuration. A stage that it
does not list is a question for somebody who knows.
"""

from __future__ import annotations

from treaty import About, Candidate, Contested, Record, Resolver, RuleError, Setup, Verdict

CONFIGURATION = {
    "type": "object",
    "properties": {
        "stages": {
            "type": "array",
            "description": "The stages, from the first to the furthest.",
            "items": {"type": "string"},
            "minItems": 1,
        }
    },
    "required": ["stages"],
    "additionalProperties": False,
}


class Rule(Resolver):
    @classmethod
    def about(cls) -> About:
        return About(
            "keep-furthest",
            "1.0.0",
            "Keeps the stage that is furthest along, among what people said if anybody did.",
            configuration=CONFIGURATION,
        )

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.stages: list[str] = setup.config(["stages"]).get("stages", [])
        if not self.stages:
            raise RuleError("stages lists no stage")

    def resolve_field(self, field: Contested, record: Record) -> Verdict:
        said = [side for side in field.candidates if side.by_person]
        heard = 0 < len(said) < len(field.candidates)
        furthest, most = None, -1
        for side in said if heard else field.candidates:
            reached = self.reached(side)
            if reached is None:
                stage = side.text
                why = "a stage is a text" if stage is None else f"no list says how far {stage} is"
                return field.escalate(why)
            if reached > most:
                furthest, most = side, reached
        if furthest is None:
            return field.escalate("nobody said anything")
        reason = "the furthest stage that a person said" if heard else "the furthest stage"
        return field.keep(furthest, reason)

    def reached(self, side: Candidate) -> int | None:
        """How far a side is: none at all is 0, the first stage 1."""
        if side.value.kind == "null":
            return 0
        return self.stages.index(side.text) + 1 if side.text in self.stages else None
