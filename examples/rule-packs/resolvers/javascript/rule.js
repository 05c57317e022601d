//! Keeps the stage that is furthest along, among what people said if anybody did.
//!
//! How far a stage is, the treaty says in the rule's configuration. A stage that it
//! does not list is a question for somebody who knows.

import { Resolver, RuleError } from "./treaty/index.js";

export default class KeepFurthest extends Resolver {
  static about() {
    return {
      name: "keep-furthest",
      version: "1.0.0",
      summary: "Keeps the stage that is furthest along, among what people said if anybody did.",
      configuration: {
        type: "object",
        properties: {
          stages: {
            type: "array",
            description: "The stages, from the first to the furthest.",
            items: { type: "string" },
            minItems: 1,
          },
        },
        required: ["stages"],
        additionalProperties: false,
      },
    };
  }

  constructor(setup) {
    super(setup);
    this.stages = setup.config(["stages"]).stages ?? [];
    if (this.stages.length === 0) throw new RuleError("stages lists no stage");
  }

  resolveField(field) {
    const all = field.candidates;
    const said = all.filter((side) => side.byPerson);
    const heard = said.length > 0 && said.length < all.length;
    let furthest;
    let most = -1;
    for (const side of heard ? said : all) {
      const reached = this.reached(side);
      if (reached === undefined) {
        const { text } = side;
        return field.escalate(text === undefined ? "a stage is a text" : `no list says how far ${text} is`);
      }
      if (reached > most) [furthest, most] = [side, reached];
    }
    if (furthest === undefined) return field.escalate("nobody said anything");
    return field.keep(furthest, heard ? "the furthest stage that a person said" : "the furthest stage");
  }

  /** How far a side is: none at all is 0, the first stage 1. */
  reached({ value, text }) {
    if (value.tag === "null") return 0;
    const at = this.stages.indexOf(text);
    return at < 0 ? undefined : at + 1;
  }
}
