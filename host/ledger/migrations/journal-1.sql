-- The journal, format 1: append-only.

CREATE TABLE journal.entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    run INTEGER NOT NULL,
    kind TEXT NOT NULL,
    entity TEXT NOT NULL,
    link INTEGER,
    system TEXT,
    remote TEXT,
    field TEXT,
    content TEXT NOT NULL,
    -- Entries with the same mark are one: what is said again after a crash.
    mark TEXT
) STRICT;
CREATE INDEX journal.entry_link ON entry (entity, link, field);
CREATE INDEX journal.entry_run ON entry (run, entity, link);
CREATE UNIQUE INDEX journal.entry_mark ON entry (mark) WHERE mark IS NOT NULL;

CREATE TRIGGER journal.entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal.entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- What resolvers were asked and what they answered, so that it can be decided
-- again. A mark is the beginning of a digest of what a row says; what has the same
-- mark is kept once.

-- What a rule was told once for a batch, without the batch's own time.
CREATE TABLE journal.setup (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mark BLOB NOT NULL UNIQUE,
    content TEXT NOT NULL
) STRICT;
-- A conflict and the answer to it.
CREATE TABLE journal.decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Null: it was forgotten.
    mark BLOB UNIQUE,
    at INTEGER NOT NULL,
    entity TEXT NOT NULL,
    link INTEGER NOT NULL,
    input TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT;
CREATE INDEX journal.decision_link ON decision (entity, link);
-- A batch: which rule was asked which of them together.
CREATE TABLE journal.asked (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mark BLOB NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    run INTEGER NOT NULL,
    rule TEXT NOT NULL,
    component TEXT NOT NULL,
    setup INTEGER NOT NULL,
    -- Their numbers in order, and in place of several that follow each other the
    -- first and the last: [[17,416],502].
    decisions TEXT NOT NULL,
    -- Null: the host could not ask about all of them.
    fuel INTEGER,
    -- The batch's own time, as the rule saw it.
    now INTEGER NOT NULL
) STRICT;
-- What another component answered to the same batch. It decided nothing.
CREATE TABLE journal.shadow (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mark BLOB NOT NULL UNIQUE,
    asked INTEGER NOT NULL,
    at INTEGER NOT NULL,
    component TEXT NOT NULL,
    setup INTEGER NOT NULL,
    fuel INTEGER
) STRICT;
CREATE INDEX journal.shadow_asked ON shadow (asked);
-- Only where it answered something else.
CREATE TABLE journal.shadow_answer (
    shadow INTEGER NOT NULL,
    decision INTEGER NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (shadow, decision)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal.shadow_answer_decision ON shadow_answer (decision);

CREATE TRIGGER journal.setup_no_update BEFORE UPDATE ON setup
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal.setup_no_delete BEFORE DELETE ON setup
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal.decision_no_update BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal.decision_no_delete BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal.asked_no_update BEFORE UPDATE ON asked
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal.asked_no_delete BEFORE DELETE ON asked
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal.shadow_no_update BEFORE UPDATE ON shadow
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal.shadow_no_delete BEFORE DELETE ON shadow
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal.shadow_answer_no_update BEFORE UPDATE ON shadow_answer
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal.shadow_answer_no_delete BEFORE DELETE ON shadow_answer
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
