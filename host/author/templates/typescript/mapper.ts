//! Copies fields to and from the own fields that the field table names.

import { type About, Mapper, sameValue, type System, textOf, type Value, value } from "./treaty/index.js";

export default class ThisRule extends Mapper {
  static about(): About {
    return {
      name: "{{name}}",
      version: "1.0.0",
      summary: "Copies fields by their names, e-mail addresses in small letters.",
    };
  }

  read(system: System, { own, reading }: Parameters<Mapper["read"]>[1]) {
    for (const field of this.setup.canonical) {
      // The column named after the system holds the name of its own field.
      const cell = own.cell(field.attribute(system.name));
      if (cell) reading.set(field.name, canonical(field.kind, cell));
    }
    return reading.done();
  }

  write(system: System, { canonical: row, own, writing }: Parameters<Mapper["write"]>[1]) {
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

function canonical(kind: string, cell: Value): Value {
  const text = textOf(cell);
  return kind === "email" && text !== undefined ? value.text(text.toLowerCase()) : cell;
}
