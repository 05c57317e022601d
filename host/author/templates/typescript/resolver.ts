//! Keeps what a person wrote over what an automation wrote, then the newest.

import { type About, type Candidate, type Contested, Resolver, sameValue, type Setup, type Verdict } from "./treaty/index.js";

export default class ThisRule extends Resolver {
  static about(): About {
    return {
      name: "{{name}}",
      version: "1.0.0",
      summary: "Keeps what a person wrote over what an automation wrote, then the newest.",
    };
  }

  readonly tolerance: bigint;

  constructor(setup: Setup) {
    super(setup);
    this.tolerance = setup.clockToleranceMicros;
  }

  resolveField(field: Contested): Verdict {
    const hasPerson = field.candidates.some((side) => side.byPerson);
    const sides = field.candidates.filter((side) => !(hasPerson && side.byAutomation));
    if (holdTheSame(sides)) {
      return field.keep(sides[0], "person over automation");
    }
    const times = sides.flatMap(({ at }) => (at === undefined ? [] : [at]));
    if (times.length < sides.length) {
      return field.escalate("a side does not say when it was changed");
    }
    const newest = times.reduce((latest, at) => (at > latest ? at : latest));
    const tied = sides.filter((_, place) => newest - times[place] <= this.tolerance);
    return holdTheSame(tied)
      ? field.keep(tied[0], "the newest")
      : field.escalate("the sides were changed at the same time");
  }
}

function holdTheSame([first, ...others]: Candidate[]): boolean {
  return others.every((side) => sameValue(side.value, first.value));
}
