"""A row seen through the names of its fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .setup import Field
from .value import Cell, Value


@dataclass(frozen=True)
class Record:
    """A row with the schema that it follows."""

    fields: Sequence[Field]
    cells: Sequence[Cell]

    def cell(self, name: str | None) -> Cell:
        """The cell of a field; None when it is absent or there is no such field."""
        for field, cell in zip(self.fields, self.cells):
            if field.name == name:
                return cell
        return None

    def at(self, position: int) -> Cell:
        """The cell at a position; None when it is absent."""
        return self.cells[position] if position < len(self.cells) else None

    def value(self, name: str) -> Value | None:
        """The value of a field, unless it is absent or null."""
        cell = self.cell(name)
        return cell if cell is not None and cell.kind != "null" else None

    def text(self, name: str) -> str | None:
        """What is written in a field: texts, decimals, dates, references and JSON."""
        cell = self.cell(name)
        return cell.written if cell is not None else None
