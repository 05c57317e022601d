//! Two records are the same where their e-mail addresses are.

import { type About, type Comparison, type Key, key, ofWeight, RecordMatcher, type RecordView, RuleError, type Setup } from "./treaty/index.js";

// What an equal address is worth, in bits; another address costs as much.
const WEIGHT = 10;

export default class ThisRule extends RecordMatcher {
  static about(): About {
    return {
      name: "{{name}}",
      version: "1.0.0",
      summary: "The same e-mail address is the same record.",
    };
  }

  constructor(setup: Setup) {
    super(setup);
    if (!setup.field("email")) throw new RuleError("there is no field email");
  }

  keys(record: RecordView): Key[] {
    const email = emailOf(record);
    return email === undefined ? [] : [key("email", email)];
  }

  compareRecords(first: RecordView, second: RecordView): Comparison {
    const [finding, weight] = compare(emailOf(first), emailOf(second));
    return ofWeight(weight, { evidence: [{ about: "email", finding, weight }] });
  }
}

function compare(first?: string, second?: string): [string, number] {
  if (first === undefined || second === undefined) return ["missing", 0];
  return first === second ? ["equal", WEIGHT] : ["different", -WEIGHT];
}

function emailOf(record: RecordView): string | undefined {
  return record.text("email")?.trim().toLowerCase();
}
