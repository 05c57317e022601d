//! Values: what a field holds. A value is an object with its kind (`tag`) and
//! its content (`val`), as it crosses the border of the sandbox.

import { RuleError } from "./rule.js";

const WRITTEN = ["text", "decimal", "date", "reference", "json"];

export const value = {
  null: () => ({ tag: "null" }),
  boolean: (flag) => ({ tag: "boolean", val: flag }),
  integer: (number) => ({ tag: "integer", val: BigInt(number) }),
  decimal: (text) => ({ tag: "decimal", val: text }),
  text: (text) => ({ tag: "text", val: text }),
  date: (text) => ({ tag: "date", val: text }),
  instant: (micros) => ({ tag: "instant", val: BigInt(micros) }),
  // Brought into the order that the contract asks for.
  choices: (choices) => ({ tag: "choices", val: sorted(choices) }),
  reference: (text) => ({ tag: "reference", val: text }),
  json: (text) => ({ tag: "json", val: text }),
};

/** What is written in a text, a decimal, a date, a reference or JSON. */
export function textOf(cell) {
  return cell && WRITTEN.includes(cell.tag) ? cell.val : undefined;
}

/** Whether two cells hold the same; absent is the same as absent only. */
export function sameValue(first, second) {
  return cellToText(first) === cellToText(second);
}

/** A cell as a text that only the same cell has. */
export function cellToText(cell) {
  if (!cell) return "";
  const { tag, val } = cell;
  return JSON.stringify([tag, typeof val === "bigint" ? val.toString() : (val ?? null)]);
}

/** The cell that was made such a text. */
export function cellFromText(text) {
  if (text === "") return undefined;
  const [tag, val] = JSON.parse(text);
  if (tag === "null") return { tag };
  return { tag, val: tag === "integer" || tag === "instant" ? BigInt(val) : val };
}

/** A cell as the host gave it, with whole numbers as bigints. */
export function fromHost(cell) {
  if (!cell) return undefined;
  return isWhole(cell) ? { tag: cell.tag, val: wholeFromHost(cell.val) } : cell;
}

/** A whole number as the host gave it. It comes as a JavaScript number, which may have lost digits. */
export function wholeFromHost(number) {
  if (typeof number === "bigint" || Number.isSafeInteger(number)) return BigInt(number);
  throw new RuleError(`the whole number ${number} is too large for a rule in JavaScript`);
}

/** A cell as the host takes it. */
export function toHost(cell) {
  if (!cell || !isWhole(cell)) return cell;
  if (Number.isSafeInteger(Number(cell.val))) return { tag: cell.tag, val: Number(cell.val) };
  throw new RuleError(`the whole number ${cell.val} is too large for a rule in JavaScript`);
}

function isWhole({ tag }) {
  return tag === "integer" || tag === "instant";
}

/** What a rule may give for a value: a text, a flag and a bigint stand for themselves. */
export function asValue(given) {
  if (given === null) return value.null();
  switch (typeof given) {
    case "string":
      return value.text(given);
    case "boolean":
      return value.boolean(given);
    case "bigint":
      return value.integer(given);
    case "object":
      if (Array.isArray(given)) return value.choices(given);
      if (typeof given.tag === "string") return given;
  }
  throw new TypeError(`no value can be made of ${String(given)}; use value.integer, value.decimal, …`);
}

// By code point, where JavaScript would sort by UTF-16 unit.
function sorted(choices) {
  const points = (text) => Array.from(text, (letter) => letter.codePointAt(0));
  const compare = (first, second) => {
    const [left, right] = [points(first), points(second)];
    const at = left.findIndex((point, place) => point !== right[place]);
    return at < 0 ? left.length - right.length : left[at] - (right[at] ?? -1);
  };
  return [...new Set(choices)].sort(compare);
}
