//! Write a rule for Treaty: a class, and a function for one element.
//!
//! Extend `Resolver`, `Mapper`, `Matcher` or `RecordMatcher` and export the class
//! as the default of `rule.js`. What the words mean stands in `wit/`.

export { ConflictCase } from "./case.js";
export { log, logged } from "./log.js";
export { Mapper } from "./mapper.js";
export { key, Matcher, ofWeight, RecordMatcher, term } from "./matcher.js";
export { Resolver } from "./resolver.js";
export { RuleError } from "./rule.js";
export { sameValue, textOf, value } from "./value.js";
