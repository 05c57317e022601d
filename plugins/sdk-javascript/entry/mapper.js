//! The rule as a component exports it.

import { write } from "treaty:rules/log@0.1.0";
import Rule from "../../rule.js";
import { connect } from "../log.js";
import { exportMapper } from "../mapper.js";

connect(write);

export const { description, mapper } = exportMapper(Rule);
