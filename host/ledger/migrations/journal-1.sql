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
