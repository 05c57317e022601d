//! A row seen through the names of its fields.

import { fromHost, textOf } from "./value.js";

/** A row with the schema that it follows. */
export class Record {
  constructor(fields, cells) {
    this.fields = fields;
    this.cells = cells.map(fromHost);
  }

  /** The cell of a field; undefined when it is absent or there is no such field. */
  cell(name) {
    const position = this.fields.findIndex((field) => field.name === name);
    return position < 0 ? undefined : this.at(position);
  }

  /** The cell at a position; undefined when it is absent. */
  at(position) {
    return this.cells[position] ?? undefined;
  }

  /** The value of a field, unless it is absent or null. */
  value(name) {
    const cell = this.cell(name);
    return cell && cell.tag !== "null" ? cell : undefined;
  }

  /** What is written in a field: texts, decimals, dates, references and JSON. */
  text(name) {
    return textOf(this.cell(name));
  }
}
