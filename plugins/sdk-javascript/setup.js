//! What the treaty says: fields, systems, configuration.

import { RuleError } from "./rule.js";

/** The trimmed text under a name, if it says anything. */
export function find(attributes, name) {
  const text = attributes.find((known) => known.name === name)?.value.trim();
  return text || undefined;
}

/** A field with its name, its kind, and a cell of its row in the field table. */
export class Field {
  constructor(wire) {
    this.name = wire.name;
    this.kind = wire.kind;
    this.attributes = wire.attributes;
  }

  attribute(name) {
    return find(this.attributes, name);
  }
}

/** A system that takes part, with its own fields. */
export class System {
  constructor(wire) {
    this.name = wire.name;
    this.fields = wire.fields.map((field) => new Field(field));
    this.attributes = wire.attributes;
  }

  attribute(name) {
    return find(this.attributes, name);
  }
}

/** What a rule is told once for a batch. */
export class Setup {
  constructor(wire) {
    this.entity = wire.entity;
    this.canonical = wire.canonical.map((field) => new Field(field));
    this.systems = wire.systems.map((system) => new System(system));
    this.configuration = wire.configuration;
    this.attributes = wire.attributes;
  }

  /** The position of a canonical field; undefined where there is none. */
  position(name) {
    const position = this.canonical.findIndex((field) => field.name === name);
    return position < 0 ? undefined : position;
  }

  field(name) {
    return this.canonical.find((field) => field.name === name);
  }

  system(name) {
    return this.systems.find((system) => system.name === name);
  }

  attribute(name) {
    return find(this.attributes, name);
  }

  /** The batch's own time, in microseconds since 1970. */
  get now() {
    const now = this.attribute("now");
    return now === undefined ? undefined : BigInt(now);
  }

  /** How far apart two systems' clocks may be, in microseconds. */
  get clockToleranceMicros() {
    const text = this.attribute("clock-tolerance-ms") ?? "0";
    if (!/^[0-9]+$/.test(text)) throw new RuleError(`the clock tolerance ${text} is no whole number`);
    return BigInt(text) * 1000n;
  }

  /** The configuration, which may have these keys and no others. */
  config(keys) {
    const given = JSON.parse(this.configuration.trim() || "{}");
    for (const key of Object.keys(given)) {
      if (keys.includes(key)) continue;
      const known = keys.length > 0 ? `; these do: ${keys.join(", ")}` : "";
      throw new RuleError(`no key "${key}" exists in the configuration${known}`);
    }
    return given;
  }
}
