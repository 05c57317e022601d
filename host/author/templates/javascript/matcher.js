//! Two records are the same where their e-mail addresses are.

import { key, ofWeight, RecordMatcher, RuleError } from "./treaty/index.js";

// What an equal address is worth, in bits; another address costs as much.
const WEIGHT = 10;

export default class ThisRule extends RecordMatcher {
  static about() {
    return {
      name: "{{name}}",
      version: "1.0.0",
      summary: "The same e-mail address is the same record.",
    };
  }

  constructor(setup) {
    super(setup);
    if (!setup.field("email")) throw new RuleError("there is no field email");
  }

  keys(record) {
    const email = emailOf(record);
    return email === undefined ? [] : [key("email", email)];
  }

  compareRecords(first, second) {
    const [finding, weight] = compare(emailOf(first), emailOf(second));
    return ofWeight(weight, { evidence: [{ about: "email", finding, weight }] });
  }
}

function compare(first, second) {
  if (first === undefined || second === undefined) return ["missing", 0];
  return first === second ? ["equal", WEIGHT] : ["different", -WEIGHT];
}

function emailOf(record) {
  return record.text("email")?.trim().toLowerCase();
}
