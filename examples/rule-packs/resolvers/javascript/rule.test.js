//! Run with `node --test`.

import assert from "node:assert";
import { test } from "node:test";
import KeepFurthest from "./rule.js";
import { ConflictCase } from "./treaty/index.js";

const STAGES = { stages: ["lead", "opportunity", "customer"] };

test("the furthest stage wins, and a strange one is asked", () => {
  const decide = (stage) =>
    new ConflictCase("lifecycle")
      .configuration(STAGES)
      .base("lead")
      .side("hubspot", stage)
      .side("salesforce", "opportunity")
      .decide(KeepFurthest);
  assert.equal(decide("customer").winner, "hubspot");
  assert.equal(decide("lead").winner, "salesforce");
  assert.ok(decide("evangelist").escalated);
});

test("a person is heard before a workflow", () => {
  const decided = new ConflictCase("lifecycle")
    .configuration(STAGES)
    .side("hubspot", "customer", { automation: "workflow" })
    .side("salesforce", "lead", { person: "kim" })
    .decide(KeepFurthest);
  assert.equal(decided.winner, "salesforce");
});
