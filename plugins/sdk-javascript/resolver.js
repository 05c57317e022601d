//! Resolvers: who wins when a field was changed in two or more places.

import { Record } from "./record.js";
import { answer, describing, Rule, RuleError } from "./rule.js";
import { find, Setup } from "./setup.js";
import { asValue, fromHost, textOf, toHost, wholeFromHost } from "./value.js";

/** A rule that decides conflicts, field by field or a record at once. */
export class Resolver extends Rule {
  /** Decides one field. */
  resolveField(field, _record) {
    return field.escalate("this rule does not decide the field");
  }

  /** Decides all contested fields of one record: one verdict for each. */
  resolve(conflict) {
    return conflict.fields.map((field) => this.resolveField(field, conflict.record));
  }
}

/** One thing in the world with all its contested fields. */
export class Conflict {
  constructor(setup, wire) {
    this.setup = setup;
    this.fields = wire.contested.map((contested) => new Contested(setup, contested));
    this.record = new Record(setup.canonical, wire.agreed);
    this.attributes = wire.attributes;
  }

  field(name) {
    return this.fields.find((field) => field.name === name);
  }

  attribute(name) {
    return find(this.attributes, name);
  }
}

/** A contested field. */
export class Contested {
  constructor(setup, wire) {
    const schema = setup.canonical[wire.field];
    this.setup = setup;
    this.position = wire.field;
    this.name = schema?.name ?? "";
    this.kind = schema?.kind ?? "";
    this.base = fromHost(wire.base);
    this.candidates = wire.candidates.map(
      (candidate, position) => new Candidate(setup, candidate, position),
    );
    this.attributes = wire.attributes;
  }

  /** A cell of the field's row in the field table, by its column. */
  table(column) {
    return this.setup.canonical[this.position]?.attribute(column);
  }

  attribute(name) {
    return find(this.attributes, name);
  }

  /** The candidate of a system, by the system's name. */
  from(system) {
    return this.candidates.find((candidate) => candidate.system === system);
  }

  /** This candidate wins. */
  keep(winner, reason) {
    if (!(winner instanceof Candidate)) {
      throw new RuleError("what is kept must be one of the field's candidates", this.name);
    }
    return this.#verdict({ tag: "keep", val: winner.position }, reason);
  }

  /** This value wins, though no system holds it. */
  set(value, reason) {
    return this.#verdict({ tag: "set", val: toHost(asValue(value)) }, reason);
  }

  /** A person must decide. */
  escalate(reason) {
    return this.#verdict({ tag: "escalate" }, reason);
  }

  #verdict(decision, reason) {
    return { field: this.position, decision, reason };
  }
}

/** One of the values that contest a field. */
export class Candidate {
  constructor(setup, wire, position) {
    this.position = position;
    this.system = setup.systems[wire.system]?.name;
    this.value = fromHost(wire.value);
    this.standing = wire.standing;
    this.at = wire.at == null ? undefined : wholeFromHost(wire.at);
    this.actorKind = wire.actorKind;
    this.actor = wire.actor ?? undefined;
  }

  get text() {
    return textOf(this.value);
  }

  get byPerson() {
    return this.actorKind === "person";
  }

  get byAutomation() {
    return this.actorKind === "automation";
  }
}

/** A resolver as the contract sees it. */
export function exportResolver(rule) {
  const seen = (wire) => new Setup(wire);
  const resolve = (wire, batch) => {
    const setup = seen(wire);
    return answer(() => new rule(setup), setup, batch, (made, element) => {
      const verdicts = made.resolve(new Conflict(setup, element));
      if (!verdicts.every((verdict) => verdict?.decision)) {
        throw new RuleError("a verdict is what field.keep, field.set or field.escalate gives");
      }
      return verdicts;
    });
  };
  return { description: describing(rule, seen), resolver: { resolve } };
}
