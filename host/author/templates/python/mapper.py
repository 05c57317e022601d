"""Copies fields to and from the own fields that the field table names."""

from treaty import About, Inbound, Mapper, Outbound, Read, System, Value, Written


class Rule(Mapper):
    @classmethod
    def about(cls) -> About:
        return About(
            "{{name}}",
            "1.0.0",
            "Copies fields by their names, e-mail addresses in small letters.",
        )

    def read(self, system: System, inbound: Inbound) -> Read:
        for field in self.setup.canonical:
            # The column named after the system holds the name of its own field.
            cell = inbound.own.cell(field.attribute(system.name))
            if cell is not None:
                inbound.reading.set(field.name, canonical(field.kind, cell))
        return inbound.reading.done()

    def write(self, system: System, outbound: Outbound) -> Written:
        for field in self.setup.canonical:
            name = field.attribute(system.name)
            cell = outbound.canonical.cell(field.name)
            if name is None or cell is None:
                continue
            # What reads back the same is left as the system writes it.
            stands = outbound.own.cell(name)
            if stands is None or canonical(field.kind, stands) != cell:
                outbound.writing.set(name, cell)
        return outbound.writing.done()


def canonical(kind: str, cell: Value) -> Value:
    if kind == "email" and cell.written is not None:
        return Value.text(cell.written.lower())
    return cell
