-- The ledger, format 1. Rows of values are JSON arrays in the order of a shape
-- (a list of field names); null is absent, {"empty":true} is null.

CREATE TABLE main.shape (
    id INTEGER PRIMARY KEY,
    names TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE main.link (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL,
    life TEXT NOT NULL,
    shape INTEGER NOT NULL REFERENCES shape,
    base TEXT NOT NULL,
    -- Whether reconcile has to look at it.
    attention INTEGER NOT NULL
) STRICT;
CREATE INDEX main.link_attention ON link (entity, id) WHERE attention = 1;

CREATE TABLE main.record (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    system TEXT NOT NULL,
    remote TEXT NOT NULL,
    -- Null: the record is not identified yet.
    link INTEGER REFERENCES link,
    presence TEXT NOT NULL,
    own_shape INTEGER NOT NULL REFERENCES shape,
    own TEXT NOT NULL,
    -- The own row as it was when its fields last settled; null: the same.
    settled_own TEXT,
    shape INTEGER NOT NULL REFERENCES shape,
    observed TEXT NOT NULL,
    settled TEXT NOT NULL,
    origin TEXT NOT NULL,
    changed_at INTEGER,
    -- Fields that the mapper could not read, and why.
    problems TEXT NOT NULL,
    -- Whether identify has to look at it.
    waiting INTEGER NOT NULL,
    -- The number of the complete listing that showed it last.
    listing INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX main.record_remote ON record (entity, system, remote);
CREATE UNIQUE INDEX main.record_link ON record (link, system) WHERE link IS NOT NULL;
CREATE INDEX main.record_waiting ON record (entity, id) WHERE waiting = 1;

CREATE TABLE main.feed (
    entity TEXT NOT NULL,
    system TEXT NOT NULL,
    cursor TEXT,
    -- The number of the complete listing that is under way or was the last.
    listing INTEGER NOT NULL,
    listing_open INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (entity, system)
) STRICT, WITHOUT ROWID;

CREATE TABLE main.run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    summary TEXT NOT NULL
) STRICT;

CREATE TABLE main.intent (
    id TEXT PRIMARY KEY,
    run INTEGER NOT NULL,
    entity TEXT NOT NULL,
    link INTEGER NOT NULL,
    system TEXT NOT NULL,
    remote TEXT,
    content TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    -- Null: it is open.
    closed_at INTEGER,
    outcome TEXT
) STRICT;
CREATE INDEX main.intent_open ON intent (system, id) WHERE closed_at IS NULL;
CREATE INDEX main.intent_closed ON intent (closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE main.question (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL,
    -- What it is about: see the type Subject.
    subject TEXT NOT NULL,
    link INTEGER,
    content TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    -- open, answered, superseded, carried-out
    state TEXT NOT NULL,
    answer TEXT,
    answered_by TEXT,
    answered_at INTEGER
) STRICT;
CREATE UNIQUE INDEX main.question_open ON question (entity, subject)
    WHERE state IN ('open', 'answered');
CREATE INDEX main.question_link ON question (link);

CREATE TABLE main.match_record (
    record INTEGER PRIMARY KEY REFERENCES record ON DELETE CASCADE,
    entity TEXT NOT NULL,
    -- Which matcher and configuration prepared it, and from which row.
    version TEXT NOT NULL,
    features BLOB NOT NULL,
    terms BLOB NOT NULL
) STRICT;
CREATE TABLE main.match_key (
    entity TEXT NOT NULL,
    hash INTEGER NOT NULL,
    record INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    PRIMARY KEY (entity, hash, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX main.match_key_record ON match_key (record);
CREATE TABLE main.match_term (
    entity TEXT NOT NULL,
    value INTEGER NOT NULL,
    witness INTEGER NOT NULL,
    record INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    PRIMARY KEY (entity, value, witness, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX main.match_term_record ON match_term (record);

-- Pairs of records to which a person said: not the same.
CREATE TABLE main.distinct_pair (
    entity TEXT NOT NULL,
    first INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    second INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    PRIMARY KEY (entity, first, second)
) STRICT, WITHOUT ROWID;

-- Single facts: digests of what mapped the records, names of the treaty.
CREATE TABLE main.fact (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
