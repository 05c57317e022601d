//! Mappers: between a system's own fields and the canonical ones.

import { Record } from "./record.js";
import { answer, describing, problemsAt, Rule, RuleError } from "./rule.js";
import { Setup } from "./setup.js";
import { asValue, toHost } from "./value.js";

/** A rule that maps fields. What was written reads back the same. */
export class Mapper extends Rule {
  /** From a system's own row to a canonical one. */
  read(_system, _inbound) {
    throw new RuleError("this rule does not read records");
  }

  /** From a canonical row to a system's own one. What is not set stays as it is. */
  write(_system, _outbound) {
    throw new RuleError("this rule does not write records");
  }
}

/** A canonical row in the making. */
export class Reading {
  constructor(setup) {
    this.setup = setup;
    this.canonical = setup.canonical.map(() => undefined);
    this.problems = [];
  }

  /** Sets a field by name; a name that the treaty does not have is ignored. */
  set(field, value) {
    const position = this.setup.position(field);
    if (position !== undefined) this.canonical[position] = asValue(value);
    return this;
  }

  /** The field could not be read: it counts as absent and waits. */
  problem(field, message) {
    const position = this.setup.position(field);
    if (position !== undefined) this.canonical[position] = undefined;
    this.problems.push({ field, message });
    return this;
  }

  /** The record takes part. */
  done() {
    const problems = problemsAt(this.setup, this.problems);
    return { tag: "read", val: { canonical: this.canonical.map(toHost), problems } };
  }

  /** The record takes no part, for this reason; it is left alone everywhere. */
  leftOut(reason) {
    return { tag: "left-out", val: reason };
  }
}

/** An own row in the making. */
export class Writing {
  constructor(setup, fields) {
    this.setup = setup;
    this.fields = fields;
    this.own = fields.map(() => undefined);
    this.problems = [];
  }

  /** Writes an own field by name; a name that the system does not have is ignored. */
  set(field, value) {
    const position = this.fields.findIndex((known) => known.name === field);
    if (position >= 0) this.own[position] = asValue(value);
    return this;
  }

  /** A canonical field could not be expressed in this system. */
  problem(field, message) {
    this.problems.push({ field, message });
    return this;
  }

  /** The row as it is to be written. */
  done() {
    return { own: this.own.map(toHost), problems: problemsAt(this.setup, this.problems) };
  }
}

/** A mapper as the contract sees it. */
export function exportMapper(rule) {
  const seen = (wire) => new Setup(wire);
  const each = (wire, position, batch, one) => {
    const setup = seen(wire);
    return answer(() => new rule(setup), setup, batch, (made, element) => {
      const system = setup.systems[position];
      if (!system) {
        const known = setup.systems.length;
        throw new RuleError(`system ${position} is not among the ${known} of the setup`);
      }
      return one(made, setup, system, element);
    });
  };
  const toCanonical = (wire, position, batch) =>
    each(wire, position, batch, (made, setup, system, element) =>
      made.read(system, {
        own: new Record(system.fields, element.own),
        known: new Record(setup.canonical, element.known),
        reading: new Reading(setup),
      }),
    );
  const fromCanonical = (wire, position, batch) =>
    each(wire, position, batch, (made, setup, system, element) =>
      made.write(system, {
        canonical: new Record(setup.canonical, element.canonical),
        own: new Record(system.fields, element.own),
        purpose: element.purpose,
        writing: new Writing(setup, system.fields),
      }),
    );
  return { description: describing(rule, seen), mapper: { toCanonical, fromCanonical } };
}
