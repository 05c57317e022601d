//! Copies fields to and from the own fields that the field table names.

import { Mapper, sameValue, textOf, value } from "./treaty/index.js";

export default class ThisRule extends Mapper {
  static about() {
    return {
      name: "{{name}}",
      version: "1.0.0",
      summary: "Copies fields by their names, e-mail addresses in small letters.",
    };
  }

  read(system, { own, reading }) {
    for (const field of this.setup.canonical) {
      // The column named after the system holds the name of its own field.
      const cell = own.cell(field.attribute(system.name));
      if (cell) reading.set(field.name, canonical(field.kind, cell));
    }
    return reading.done();
  }

  write(system, { canonical: row, own, writing }) {
    for (const field of this.setup.canonical) {
      const name = field.attribute(system.name);
      const cell = row.cell(field.name);
      if (name === undefined || !cell) continue;
      // What reads back the same is left as the system writes it.
      const stands = own.cell(name);
      if (!stands || !sameValue(canonical(field.kind, stands), cell)) writing.set(name, cell);
    }
    return writing.done();
  }
}

function canonical(kind, cell) {
  const text = textOf(cell);
  return kind === "email" && text !== undefined ? value.text(text.toLowerCase()) : cell;
}
