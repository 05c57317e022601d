//! The bounded log: the only thing that a rule may call. Nothing that is
//! logged decides anything.

const LINES_MAX = 1000;
const lines = [];

// Outside the sandbox the lines are kept for the test that asks for them.
let write = (level, message) => {
  if (lines.length < LINES_MAX) lines.push([level, message]);
};

export const log = {
  debug: (message) => write("debug", String(message)),
  info: (message) => write("info", String(message)),
  warning: (message) => write("warning", String(message)),
};

/** The lines that were logged since it was last asked, in a test. */
export function logged() {
  return lines.splice(0);
}

/** Lets the log write to the host. Called by what is made a component. */
export function connect(host) {
  write = host;
}
