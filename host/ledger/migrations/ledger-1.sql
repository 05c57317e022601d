-- The ledger, format 1.
--
-- A row of values is a JSON array in the order of a shape (a list of field
-- names): JSON's null is absent, {"empty":true} is null. Times are microseconds
-- since the start of 1970.

CREATE TABLE main.shape (
    id INTEGER PRIMARY KEY,
    names TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE main.link (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL,
    -- alive, deleted
    life TEXT NOT NULL,
    shape INTEGER NOT NULL REFERENCES shape,
    -- By field: [value, revision, position in provenance or null].
    base TEXT NOT NULL,
    -- Where the values of base came from, each once.
    provenance TEXT NOT NULL,
    -- Whether reconcile has to look at it.
    attention INTEGER NOT NULL
) STRICT;
CREATE INDEX main.link_attention ON link (entity, id) WHERE attention = 1;

CREATE TABLE main.record (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    system TEXT NOT NULL,
    remote TEXT NOT NULL,
    -- Null: the record is in no link.
    link INTEGER REFERENCES link,
    -- present, left-out, missing, deleted, restored, gone
    presence TEXT NOT NULL,
    -- Why it is left out, where it is.
    reason TEXT,
    own_shape INTEGER NOT NULL REFERENCES shape,
    own TEXT NOT NULL,
    -- The own row as it was when its fields last settled; null: the same.
    settled_own TEXT,
    shape INTEGER NOT NULL REFERENCES shape,
    observed TEXT NOT NULL,
    -- By field: null (never), a revision (of the value that is observed), or
    -- [value, revision].
    settled TEXT NOT NULL,
    origin TEXT NOT NULL,
    changed_at INTEGER,
    -- Fields that the mapper could not read, and why.
    problems TEXT NOT NULL,
    -- Whether identify has to look at it.
    waiting INTEGER NOT NULL,
    -- The number of the complete listing that showed it last.
    listing INTEGER NOT NULL,
    -- Until when it is left alone; null: it is quiet.
    quiet_at INTEGER
) STRICT;
CREATE UNIQUE INDEX main.record_remote ON record (entity, system, remote);
CREATE UNIQUE INDEX main.record_link ON record (link, system) WHERE link IS NOT NULL;
CREATE INDEX main.record_system ON record (entity, system, id);
CREATE INDEX main.record_restless ON record (entity, quiet_at) WHERE quiet_at IS NOT NULL;
CREATE INDEX main.record_waiting ON record (entity, id) WHERE waiting = 1;
CREATE INDEX main.record_problems ON record (entity, system, id) WHERE problems <> '[]';

-- How many links and records there are, moved by every commit. Counting them
-- would make every pass cost what exists instead of what changed.
CREATE TABLE main.link_total (
    entity TEXT PRIMARY KEY,
    links INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE main.record_total (
    entity TEXT NOT NULL,
    system TEXT NOT NULL,
    linked INTEGER NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (entity, system, linked)
) STRICT, WITHOUT ROWID;

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
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    run INTEGER NOT NULL,
    entity TEXT NOT NULL,
    link INTEGER NOT NULL,
    system TEXT NOT NULL,
    remote TEXT,
    -- create, update, archive, delete
    action TEXT NOT NULL,
    own_shape INTEGER NOT NULL REFERENCES shape,
    -- The own row that is sent, and the one that was expected; null: none.
    own TEXT,
    expected TEXT,
    shape INTEGER NOT NULL REFERENCES shape,
    -- By written field: [position, revision].
    revisions TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    -- Null: it is open.
    closed_at INTEGER,
    -- done, stale, refused, not-sent, landed, not-landed
    outcome TEXT
) STRICT;
CREATE INDEX main.intent_open ON intent (system, opened_at, number) WHERE closed_at IS NULL;
CREATE INDEX main.intent_closed ON intent (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX main.intent_link ON intent (link, system, closed_at)
    WHERE outcome IN ('done', 'landed');

-- Guards that tripped.
CREATE TABLE main.trip (
    -- Names exactly what would have happened.
    approval TEXT PRIMARY KEY,
    guard TEXT NOT NULL,
    entity TEXT NOT NULL,
    -- What it stops: plan, link, rule, field, nothing.
    scope TEXT NOT NULL,
    link INTEGER,
    message TEXT NOT NULL,
    -- Whether it holds until a person approves.
    holds INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    -- open, approved, over
    state TEXT NOT NULL,
    approved_by TEXT,
    -- When people were told in every way; null: not yet.
    told_at INTEGER,
    -- The ways in which they were told so far.
    told_by TEXT NOT NULL,
    -- Why they could not be told in the others.
    undelivered TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX main.trip_open ON trip (entity, approval) WHERE state <> 'over';
CREATE INDEX main.trip_untold ON trip (first_at) WHERE told_at IS NULL;

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
CREATE UNIQUE INDEX main.question_subject ON question (entity, subject)
    WHERE state IN ('open', 'answered');
CREATE INDEX main.question_open ON question (id) WHERE state IN ('open', 'answered');
CREATE INDEX main.question_link ON question (link, id);

CREATE TABLE main.match_record (
    record INTEGER PRIMARY KEY REFERENCES record ON DELETE CASCADE,
    entity TEXT NOT NULL,
    -- Which matcher and configuration prepared it, and from which row.
    version TEXT NOT NULL,
    features BLOB NOT NULL,
    terms TEXT NOT NULL,
    -- The hashes of its keys in order: eight bytes each, the most significant first.
    keys BLOB NOT NULL
) STRICT;
CREATE TABLE main.match_key (
    entity TEXT NOT NULL,
    hash INTEGER NOT NULL,
    record INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    PRIMARY KEY (entity, hash, record)
) STRICT, WITHOUT ROWID;
CREATE TABLE main.match_term (
    entity TEXT NOT NULL,
    value INTEGER NOT NULL,
    witness INTEGER NOT NULL,
    record INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    PRIMARY KEY (entity, value, witness, record)
) STRICT, WITHOUT ROWID;

-- Pairs of records to which a person said: not the same.
CREATE TABLE main.distinct_pair (
    first INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    second INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    entity TEXT NOT NULL,
    PRIMARY KEY (first, second)
) STRICT, WITHOUT ROWID;

-- Single facts: digests of what mapped the records, names of the treaty.
CREATE TABLE main.fact (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
