//! The SDK without WebAssembly: what a rule sees, and what crosses the border.

import assert from "node:assert";
import { test } from "node:test";
import { hashOf, fromUtf8, toUtf8 } from "../hash.js";
import {
  ConflictCase, key, log, logged, Mapper, ofWeight, RecordMatcher, Resolver, RuleError, value,
} from "../index.js";
import { exportMapper } from "../mapper.js";
import { exportMatcher } from "../matcher.js";
import { exportResolver } from "../resolver.js";

const attribute = (name, value) => ({ name, value });
const setup = () => ({
  entity: "contact",
  canonical: [
    { name: "email", kind: "email", attributes: [attribute("crm", "Mail")] },
    { name: "age", kind: "number", attributes: [] },
  ],
  systems: [{ name: "crm", fields: [{ name: "Mail", kind: "text", attributes: [] }], attributes: [] }],
  configuration: "{}",
  attributes: [attribute("clock-tolerance-ms", "2000")],
});

class KeepPerson extends Resolver {
  static about() {
    return { name: "keep-person", version: "1.0.0", summary: "A person wins." };
  }
  resolveField(field) {
    const person = field.candidates.find((side) => side.byPerson);
    return person ? field.keep(person, "person") : field.escalate("nobody");
  }
}

test("a conflict is decided by names", () => {
  const decided = new ConflictCase("phone").base("1")
    .side("crm", "2", { person: "anna" }).side("desk", "3", { automation: "import" });
  assert.deepEqual(decided.decide(KeepPerson), {
    winner: "crm", value: value.text("2"), text: "2", escalated: false, reason: "person",
  });
});

test("an error names its field, and another element is answered", () => {
  class Fails extends KeepPerson {
    resolveField(field) {
      if (field.name === "age") throw new RuleError('"x" is no age', "age");
      return field.missing.escalate("");
    }
  }
  const conflict = (field) => ({ contested: [{ field, candidates: [], attributes: [] }], agreed: [], attributes: [] });
  const [age, email] = exportResolver(Fails).resolver.resolve(setup(), [conflict(1), conflict(0)]);
  assert.deepEqual(age, { tag: "err", val: { field: 1, message: '"x" is no age' } });
  assert.match(email.val.message, /^TypeError: /);
});

test("a key that is not in the configuration is told with those that are", () => {
  class Configured extends KeepPerson {
    constructor(setup) {
      super(setup);
      setup.config(["a", "b"]);
    }
  }
  const given = { ...setup(), configuration: '{"c":1}' };
  const [problem] = exportResolver(Configured).description.check(given);
  assert.equal(problem.message, 'no key "c" exists in the configuration; these do: a, b');
});

test("a mapper reads and writes by names", () => {
  class Copies extends Mapper {
    read(system, { own, reading }) {
      return reading.set("email", own.cell("Mail")).set("unknown", "x").problem("age", "not said").done();
    }
    write(system, { canonical, writing }) {
      return writing.set("Mail", canonical.text("email")).done();
    }
  }
  const { toCanonical, fromCanonical } = exportMapper(Copies).mapper;
  const [read] = toCanonical(setup(), 0, [{ own: [value.text("a@b")], known: [] }]);
  assert.deepEqual(read.val.val.canonical, [value.text("a@b"), undefined]);
  assert.deepEqual(read.val.val.problems, [{ field: 1, message: "not said" }]);
  const [written] = fromCanonical(setup(), 0, [{ canonical: [value.text("a@b")], own: [], purpose: "create" }]);
  assert.deepEqual(written.val.own, [value.text("a@b")]);
  const [refused] = toCanonical(setup(), 7, [{ own: [], known: [] }]);
  assert.equal(refused.val.message, "system 7 is not among the 1 of the setup");
});

test("a record comes back as it was prepared", () => {
  class Same extends RecordMatcher {
    keys(record) {
      return [key("email", record.text("email"))];
    }
    compareRecords(first, second) {
      assert.deepEqual(first.cells, row);
      return ofWeight(first.text("email") === second.text("email") ? 10 : -10);
    }
  }
  const row = [value.text("ü中😀"), value.integer(-7)];
  const { prepare, compare } = exportMatcher(Same).matcher;
  const [{ val }] = prepare(setup(), [row]);
  const records = [{ features: val.features, counts: [] }, { features: Uint8Array.of(1), counts: [] }];
  const pairs = [{ first: 0, second: 0 }, { first: 0, second: 1 }, { first: 0, second: 9 }];
  const [same, broken, missing] = compare(setup(), {}, records, pairs, "score");
  assert.equal(same.val.weight, 10);
  assert.equal(broken.val.message, "the features are not what prepare wrote");
  assert.equal(missing.val.message, "record 9 is not among the 2 of the batch");
});

test("a hash is the same as in the other languages", () => {
  assert.equal(hashOf(["anna@a.de"]), 7879443715375636);
  assert.equal(fromUtf8(toUtf8("aü中😀")), "aü中😀");
});

test("a whole number that may have lost digits is refused", () => {
  const decided = () => new ConflictCase("age").side("crm", 2n ** 53n, { person: "anna" }).side("desk", "3");
  class Sets extends KeepPerson {
    resolveField(field) {
      return field.set(2n ** 53n, "large");
    }
  }
  assert.throws(() => decided().decide(Sets), /too large for a rule in JavaScript/);
});

test("choices are sorted by code point, each at most once", () => {
  assert.deepEqual(value.choices(["😀", "\uffee", "b", "a", "b", "ab"]).val, ["a", "ab", "b", "\uffee", "😀"]);
});

test("what is logged is kept for the test", () => {
  log.warning("careful");
  assert.deepEqual(logged(), [["warning", "careful"]]);
});
