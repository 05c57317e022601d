//! What every rule is: it describes itself, checks a setup, and is made for one.

/** Why a rule cannot answer for one element. Throw it; others are not affected. */
export class RuleError extends Error {
  constructor(message, field) {
    super(message);
    this.field = field;
  }
}

const NO_KEYS = { type: "object", properties: {}, additionalProperties: false };

/** What all three kinds have in common. */
export class Rule {
  constructor(setup) {
    this.setup = setup;
  }

  /** What the rule says of itself. */
  static about() {
    throw new RuleError("a rule says what it is: static about()");
  }

  /** Everything that is wrong with a setup. By default what making the rule says. */
  static check(setup) {
    try {
      new this(setup);
      return [];
    } catch (error) {
      return [{ message: said(error), field: error.field }];
    }
  }
}

/** The interface that every rule exports. */
export function describing(rule, seen) {
  return {
    describe() {
      const { name, version, summary, configuration, attributes } = rule.about();
      const others = Object.entries(attributes ?? {});
      return {
        name,
        version,
        summary,
        configurationSchema: JSON.stringify(configuration ?? NO_KEYS),
        attributes: others.map(([name, value]) => ({ name, value: String(value) })),
      };
    },
    check(wire) {
      const setup = seen(wire);
      return rule.check(setup).map((problem) => ({
        field: setup.position(problem.field),
        system: positionOf(setup.systems, problem.system),
        place: problem.place,
        message: problem.message,
      }));
    },
  };
}

/** One answer for each element, or the same refusal for each when the rule cannot be made. */
export function answer(make, setup, batch, one) {
  let rule;
  try {
    rule = make();
  } catch (error) {
    return batch.map(() => refusal(setup, error));
  }
  return batch.map((element) => {
    try {
      return { tag: "ok", val: one(rule, element) };
    } catch (error) {
      return refusal(setup, error);
    }
  });
}

/** Makes an answer of an error, with the field by its position. */
export function refusal(setup, error) {
  return { tag: "err", val: { field: setup.position(error?.field), message: said(error) } };
}

/** The problems of single fields, with the field by its position. */
export function problemsAt(setup, problems) {
  return problems.map(({ field, message }) => {
    const position = setup.position(field);
    if (position === undefined) throw new RuleError(`no field ${field} exists: ${message}`);
    return { field: position, message };
  });
}

function positionOf(systems, name) {
  const position = systems.findIndex((system) => system.name === name);
  return position < 0 ? undefined : position;
}

// A mistake in the rule itself is told with its kind: `TypeError: …`.
function said(error) {
  if (error instanceof RuleError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
