//! The rule as a component exports it.

import { write } from "treaty:rules/log@0.1.0";
import Rule from "../../rule.js";
import { connect } from "../log.js";
import { exportMatcher } from "../matcher.js";

connect(write);

export const { description, matcher } = exportMatcher(Rule);
