//! Run with `node --test`.

import assert from "node:assert";
import { test } from "node:test";
import ThisRule from "./rule.js";
import { ConflictCase } from "./treaty/index.js";

test("a person wins over an automation", () => {
  const decided = new ConflictCase("phone")
    .base("1")
    .side("crm", "2", { person: "anna", at: 1 })
    .side("desk", "3", { automation: "enrichment", at: 2 })
    .decide(ThisRule);
  assert.equal(decided.winner, "crm");
});

test("of two people the later wins, and a tie is asked", () => {
  const decide = (first, second) =>
    new ConflictCase("phone")
      .base("1")
      .side("crm", "2", { person: "anna", at: first })
      .side("desk", "3", { person: "ben", at: second })
      .decide(ThisRule);
  assert.equal(decide(1, 2).winner, "desk");
  assert.ok(decide(2, 2).escalated);
});
