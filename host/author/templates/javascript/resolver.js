//! Keeps what a person wrote over what an automation wrote, then the newest.

import { Resolver, sameValue } from "./treaty/index.js";

export default class ThisRule extends Resolver {
  static about() {
    return {
      name: "{{name}}",
      version: "1.0.0",
      summary: "Keeps what a person wrote over what an automation wrote, then the newest.",
    };
  }

  constructor(setup) {
    super(setup);
    this.tolerance = setup.clockToleranceMicros;
  }

  resolveField(field) {
    const hasPerson = field.candidates.some((side) => side.byPerson);
    const sides = field.candidates.filter((side) => !(hasPerson && side.byAutomation));
    if (holdTheSame(sides)) {
      return field.keep(sides[0], "person over automation");
    }
    if (sides.some((side) => side.at === undefined)) {
      return field.escalate("a side does not say when it was changed");
    }
    const newest = sides.reduce((latest, { at }) => (at > latest ? at : latest), sides[0].at);
    const tied = sides.filter((side) => newest - side.at <= this.tolerance);
    return holdTheSame(tied)
      ? field.keep(tied[0], "the newest")
      : field.escalate("the sides were changed at the same time");
  }
}

function holdTheSame([first, ...others]) {
  return others.every((side) => sameValue(side.value, first.value));
}
