//! Matchers: which records are the same thing in the world.

import { fromUtf8, hashOf, toUtf8 } from "./hash.js";
import { Record } from "./record.js";
import { answer, describing, Rule, RuleError } from "./rule.js";
import { Setup } from "./setup.js";
import { cellFromText, cellToText } from "./value.js";

/** A rule that matches records in two steps. What costs time belongs in `prepare`. */
export class Matcher extends Rule {
  /** Keys, terms, and features: whatever JSON can hold. */
  prepare(_record) {
    throw new RuleError("this rule does not prepare records");
  }

  /** Weighs two prepared records, each with its features and the counts of its terms. */
  compare(_first, _second, _population, _detail) {
    throw new RuleError("this rule does not compare records");
  }
}

/** A rule that only wants to compare two records: its features are the record itself. */
export class RecordMatcher extends Matcher {
  /** The keys under which a record can be found. */
  keys(_record) {
    throw new RuleError("this rule gives no keys");
  }

  /** Weighs two records, in bits. */
  compareRecords(_first, _second) {
    throw new RuleError("this rule does not compare records");
  }

  prepare(record) {
    return { keys: this.keys(record), terms: [], features: record.cells.map(cellToText) };
  }

  compare(first, second) {
    const record = ({ features }) => new Record(this.setup.canonical, features.map(cellFromText));
    return this.compareRecords(record(first), record(second));
  }
}

/** A blocking key of a kind (`email`, `last-postcode`) with what it is made of. */
export function key(kind, ...parts) {
  return { kind, hash: hashOf(parts) };
}

/** A value whose frequency matters, and the value that was seen beside it. */
export function term(kind, value, witness) {
  const beside = witness === undefined ? 0 : hashOf([witness]) || 1;
  return { value: hashOf([kind, value]), witness: beside };
}

/** A weight in bits, and the probability that follows from it. */
export function ofWeight(weight, { pattern = 0, evidence = [] } = {}) {
  return { weight, probability: 1 / (1 + 2 ** -weight), pattern, evidence };
}

/** A matcher as the contract sees it. */
export function exportMatcher(rule) {
  const seen = (wire) => new Setup(wire);
  const prepare = (wire, batch) => {
    const setup = seen(wire);
    return answer(() => new rule(setup), setup, batch, (made, row) => {
      const { keys, terms, features } = made.prepare(new Record(setup.canonical, row));
      const bytes = toUtf8(JSON.stringify(features ?? null));
      return { keys, terms: terms ?? [], features: Uint8Array.from(bytes) };
    });
  };
  const compare = (wire, population, records, pairs, detail) => {
    const setup = seen(wire);
    const read = records.map(readFeatures);
    const side = (position) => {
      const found = read[position];
      if (!found) throw new RuleError(`record ${position} is not among the ${read.length} of the batch`);
      if (found.error) throw found.error;
      return found;
    };
    return answer(() => new rule(setup), setup, pairs, (made, pair) =>
      made.compare(side(pair.first), side(pair.second), population, detail),
    );
  };
  return { description: describing(rule, seen), matcher: { prepare, compare } };
}

function readFeatures(record) {
  try {
    return { features: JSON.parse(fromUtf8(record.features)), counts: record.counts };
  } catch {
    return { error: new RuleError("the features are not what prepare wrote") };
  }
}
