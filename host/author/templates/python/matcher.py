"""Two records are the same where their e-mail addresses are."""

from treaty import About, Comparison, Evidence, Key, Record, RecordMatcher, RuleError, Setup

# What an equal address is worth, in bits; another address costs as much.
WEIGHT = 10.0


class Rule(RecordMatcher):
    @classmethod
    def about(cls) -> About:
        return About("{{name}}", "1.0.0", "The same e-mail address is the same record.")

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        if setup.field("email") is None:
            raise RuleError("there is no field email")

    def keys(self, record: Record) -> list[Key]:
        email = email_of(record)
        return [] if email is None else [Key.of("email", email)]

    def compare_records(self, first: Record, second: Record) -> Comparison:
        finding, weight = compare(email_of(first), email_of(second))
        return Comparison.of_weight(weight, [Evidence("email", finding, weight)])


def compare(first: str | None, second: str | None) -> tuple[str, float]:
    if first is None or second is None:
        return "missing", 0.0
    return ("equal", WEIGHT) if first == second else ("different", -WEIGHT)


def email_of(record: Record) -> str | None:
    text = record.text("email")
    return None if text is None else text.strip().lower()
