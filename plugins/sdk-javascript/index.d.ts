//! The types of the SDK. What the words mean stands in `wit/`.

/** One value of one field: its kind, and what it holds. */
export type Value =
  | { tag: "null" }
  | { tag: "boolean"; val: boolean }
  | { tag: "integer"; val: bigint }
  /** Plain notation, `-12.5`; never a float. */
  | { tag: "decimal"; val: string }
  | { tag: "text"; val: string }
  /** A day, `2026-11-20`. */
  | { tag: "date"; val: string }
  /** Microseconds since 1970. */
  | { tag: "instant"; val: bigint }
  | { tag: "choices"; val: string[] }
  | { tag: "reference"; val: string }
  | { tag: "json"; val: string };

/** What a rule may give for a value: a text, a flag, a bigint and a list of choices stand for themselves. */
export type IntoValue = Value | string | boolean | bigint | string[] | null;

/** A value, or undefined: the system did not say. */
export type Cell = Value | undefined;

/** Makes values. */
export const value: {
  null(): Value;
  boolean(flag: boolean): Value;
  integer(number: bigint | number): Value;
  decimal(text: string): Value;
  text(text: string): Value;
  date(text: string): Value;
  instant(micros: bigint | number): Value;
  choices(choices: string[]): Value;
  reference(text: string): Value;
  json(text: string): Value;
};

/** What is written in a text, a decimal, a date, a reference or JSON. */
export function textOf(cell: Cell): string | undefined;

/** Whether two cells hold the same. */
export function sameValue(first: Cell, second: Cell): boolean;

/** The bounded log: the only thing that a rule may call. */
export const log: {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
};

/** The lines that were logged since it was last asked, in a test. */
export function logged(): [level: string, message: string][];

/** Why a rule cannot answer for one element, and the field that it is about. */
export class RuleError extends Error {
  constructor(message: string, field?: string);
  readonly field?: string;
}

/** A field of a schema. */
export interface Field {
  readonly name: string;
  readonly kind: string;
  /** For a canonical field a cell of its row in the field table, by its column. */
  attribute(name: string): string | undefined;
}

/** A system that takes part. */
export interface System {
  readonly name: string;
  readonly fields: readonly Field[];
  attribute(name: string): string | undefined;
}

/** What a rule is told once for a batch. */
export interface Setup {
  readonly entity: string;
  readonly canonical: readonly Field[];
  readonly systems: readonly System[];
  /** The batch's own time, in microseconds since 1970. */
  readonly now: bigint | undefined;
  /** How far apart two systems' clocks may be. */
  readonly clockToleranceMicros: bigint;
  field(name: string): Field | undefined;
  system(name: string): System | undefined;
  position(field: string): number | undefined;
  attribute(name: string): string | undefined;
  /** The configuration, which may have these keys and no others. */
  config(keys: string[]): Record<string, unknown>;
}

/** A row seen through the names of its fields. */
export interface RecordView {
  readonly fields: readonly Field[];
  readonly cells: readonly Cell[];
  /** The cell of a field; undefined when it is absent or there is no such field. */
  cell(name: string | undefined): Cell;
  at(position: number): Cell;
  /** The value of a field, unless it is absent or null. */
  value(name: string): Value | undefined;
  text(name: string): string | undefined;
}

/** What a rule says of itself. */
export interface About {
  /** Verb and noun: `keep-newest`. */
  name: string;
  /** A semantic version. */
  version: string;
  summary: string;
  /** The JSON Schema of the configuration; without it every key is an error. */
  configuration?: object;
  /** `licence`, `author`, `features-version`. */
  attributes?: Record<string, string>;
}

/** Something wrong with a setup, with the names of what it is about. */
export interface Problem {
  message: string;
  field?: string;
  system?: string;
  /** A JSON pointer into the configuration, or a column of the field table. */
  place?: string;
}

/** A rule. It is made anew for each batch; throw a RuleError where the setup does not fit. */
export abstract class Rule {
  constructor(setup: Setup);
  readonly setup: Setup;
  static about(): About;
  static check(setup: Setup): Problem[];
}

export type Standing = "edited" | "first-seen" | "agreed";
export type ActorKind = "unknown" | "person" | "automation" | "treaty";

/** One of the values that contest a field. */
export interface Candidate {
  /** The name of the system that holds it. */
  readonly system: string | undefined;
  readonly value: Value;
  readonly text: string | undefined;
  readonly standing: Standing;
  /** When the system says it was changed, in microseconds since 1970. */
  readonly at: bigint | undefined;
  readonly actorKind: ActorKind;
  readonly actor: string | undefined;
  readonly byPerson: boolean;
  readonly byAutomation: boolean;
}

/** What is decided for a field. Made by `keep`, `set` and `escalate`. */
export interface Verdict {
  readonly field: number;
  readonly decision: { tag: "keep"; val: number } | { tag: "set"; val: Value } | { tag: "escalate" };
  readonly reason: string;
}

/** A contested field. */
export interface Contested {
  readonly setup: Setup;
  readonly name: string;
  readonly kind: string;
  /** What was agreed before; undefined at the first meeting. */
  readonly base: Cell;
  /** The values that contest the field. Their order carries no meaning. */
  readonly candidates: readonly Candidate[];
  table(column: string): string | undefined;
  attribute(name: string): string | undefined;
  from(system: string): Candidate | undefined;
  /** This candidate wins. */
  keep(winner: Candidate, reason: string): Verdict;
  /** This value wins, though no system holds it. */
  set(value: IntoValue, reason: string): Verdict;
  /** A person must decide. */
  escalate(reason: string): Verdict;
}

/** One thing in the world with all its contested fields. */
export interface Conflict {
  readonly setup: Setup;
  readonly fields: readonly Contested[];
  readonly record: RecordView;
  field(name: string): Contested | undefined;
  attribute(name: string): string | undefined;
}

/** A rule that decides conflicts: field by field, or a record at once. */
export class Resolver extends Rule {
  resolveField(field: Contested, record: RecordView): Verdict;
  resolve(conflict: Conflict): Verdict[];
}

/** A canonical row in the making. */
export interface Reading {
  set(field: string, value: IntoValue): this;
  problem(field: string, message: string): this;
  done(): Inbound;
  leftOut(reason: string): Inbound;
}

/** What becomes of a system's record. Made by a Reading. */
export interface Inbound {
  readonly tag: "read" | "left-out";
}

/** An own row in the making; what is not set stays as it is. */
export interface Writing {
  set(field: string, value: IntoValue): this;
  problem(field: string, message: string): this;
  done(): Written;
}

/** A row as it is to be written. Made by a Writing. */
export interface Written {
  readonly own: readonly Cell[];
}

/** A rule that maps fields: what was written reads back the same. */
export class Mapper extends Rule {
  read(system: System, inbound: { own: RecordView; known: RecordView; reading: Reading }): Inbound;
  write(
    system: System,
    outbound: {
      canonical: RecordView;
      own: RecordView;
      purpose: "update" | "create";
      writing: Writing;
    },
  ): Written;
}

export interface Key {
  kind: string;
  hash: number;
}

export interface Term {
  value: number;
  witness: number;
}

export interface Evidence {
  about: string;
  finding: string;
  /** Its share of the weight, in bits. */
  weight: number;
}

export interface Comparison {
  weight: number;
  probability: number;
  pattern: number;
  evidence: Evidence[];
}

/** What the host keeps for one version of a record; features are whatever JSON can hold. */
export interface Prepared<Features> {
  keys: Key[];
  terms?: Term[];
  features: Features;
}

/** A prepared record with the counts of its terms. */
export interface Counted<Features> {
  readonly features: Features;
  readonly counts: readonly { records: number; witnesses: number }[];
}

export interface Population {
  readonly records: number;
  readonly pairs: number;
  readonly attributes: readonly { name: string; value: string }[];
}

/** A rule that matches records in two steps. What costs time belongs in `prepare`. */
export class Matcher<Features = unknown> extends Rule {
  prepare(record: RecordView): Prepared<Features>;
  compare(
    first: Counted<Features>,
    second: Counted<Features>,
    population: Population,
    detail: "score" | "evidence",
  ): Comparison;
}

/** A rule that only wants to compare two records. */
export class RecordMatcher extends Matcher<string[]> {
  keys(record: RecordView): Key[];
  compareRecords(first: RecordView, second: RecordView): Comparison;
}

/** A blocking key of a kind with what it is made of. */
export function key(kind: string, ...parts: string[]): Key;

/** A value whose frequency matters, and the value that was seen beside it. */
export function term(kind: string, value: string, witness?: string): Term;

/** A weight in bits, and the probability that follows from it. */
export function ofWeight(
  weight: number,
  more?: { pattern?: number; evidence?: Evidence[] },
): Comparison;

/** What a resolver decided, in a test. */
export interface Decided {
  readonly winner: string | undefined;
  readonly value: Cell;
  readonly text: string | undefined;
  readonly escalated: boolean;
  readonly reason: string;
}

/** A conflict over one field in the making, for tests. */
export class ConflictCase {
  constructor(field: string, kind?: string);
  base(value: IntoValue): this;
  side(
    system: string,
    value: IntoValue,
    known?: { at?: bigint | number; person?: string; automation?: string },
  ): this;
  attribute(name: string, value: string): this;
  configuration(given: object): this;
  decide(rule: new (setup: Setup) => Resolver): Decided;
}
