PRAGMA application_id = 1416787065;
PRAGMA user_version = 1;
CREATE TABLE entry (
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
INSERT INTO entry VALUES (1, 1763632800000008, 1, 'given-up', 'contact', 1, 'crm', 'c1', 'phone', '{"lost":"0151"}', 'm');
INSERT INTO entry VALUES (2, 1763632800000008, 1, 'write', 'contact', 1, 'crm', 'c1', 'phone', '{"lost":"0151"}', NULL);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES ('entry', 2);
CREATE INDEX entry_link ON entry (entity, link, field);
CREATE UNIQUE INDEX entry_mark ON entry (mark) WHERE mark IS NOT NULL;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX entry_run ON entry (run, entity, link);
