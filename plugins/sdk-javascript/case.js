//! Conflicts for tests. They run wherever JavaScript does; a rule's test needs
//! no WebAssembly.

import { exportResolver } from "./resolver.js";
import { asValue, fromHost, textOf } from "./value.js";

/** A conflict over one field in the making. */
export class ConflictCase {
  constructor(field, kind = "text") {
    this.setup = {
      entity: "contact",
      canonical: [{ name: field, kind, attributes: [] }],
      systems: [],
      configuration: "{}",
      attributes: [],
    };
    this.contested = { field: 0, base: undefined, candidates: [], attributes: [] };
  }

  /** What was agreed before. Without it the records meet for the first time. */
  base(value) {
    this.contested.base = asValue(value);
    return this;
  }

  /** A value that a system holds, and what else is known of it: at, person, automation. */
  side(system, value, { at, person, automation } = {}) {
    let position = this.setup.systems.findIndex((known) => known.name === system);
    if (position < 0) {
      position = this.setup.systems.push({ name: system, fields: [], attributes: [] }) - 1;
    }
    const known = person !== undefined ? "person" : automation !== undefined ? "automation" : "unknown";
    this.contested.candidates.push({
      system: position,
      value: asValue(value),
      standing: "edited",
      at: at === undefined ? undefined : BigInt(at),
      actorKind: known,
      actor: person ?? automation,
    });
    return this;
  }

  /** An attribute of the setup: `("clock-tolerance-ms", "2000")`. */
  attribute(name, value) {
    this.setup.attributes.push({ name, value });
    return this;
  }

  /** The rule's configuration. */
  configuration(given) {
    this.setup.configuration = JSON.stringify(given);
    return this;
  }

  /** Lets a rule decide. Throws what the rule refuses with. */
  decide(rule) {
    const { candidates, base } = this.contested;
    const standing = base === undefined ? "first-seen" : "edited";
    const contested = { ...this.contested, candidates: candidates.map((side) => ({ ...side, standing })) };
    const element = { contested: [contested], agreed: [undefined], attributes: [] };
    const [answer] = exportResolver(rule).resolver.resolve(this.setup, [element]);
    if (answer.tag === "err") throw new Error(answer.val.message);
    const [{ decision, reason }] = answer.val;
    const kept = decision.tag === "keep" ? candidates[decision.val] : undefined;
    const won = kept?.value ?? (decision.tag === "set" ? fromHost(decision.val) : undefined);
    return {
      winner: kept && this.setup.systems[kept.system].name,
      value: won,
      text: textOf(won),
      escalated: decision.tag === "escalate",
      reason,
    };
  }
}
