PRAGMA application_id = 1416787065;
PRAGMA user_version = 1;
CREATE TABLE asked (
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
CREATE TABLE decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Null: it was forgotten.
    mark BLOB UNIQUE,
    at INTEGER NOT NULL,
    entity TEXT NOT NULL,
    link INTEGER NOT NULL,
    input TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT;
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
CREATE TABLE setup (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mark BLOB NOT NULL UNIQUE,
    content TEXT NOT NULL
) STRICT;
CREATE TABLE shadow (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mark BLOB NOT NULL UNIQUE,
    asked INTEGER NOT NULL,
    at INTEGER NOT NULL,
    component TEXT NOT NULL,
    setup INTEGER NOT NULL,
    fuel INTEGER
) STRICT;
CREATE TABLE shadow_answer (
    shadow INTEGER NOT NULL,
    decision INTEGER NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (shadow, decision)
) STRICT, WITHOUT ROWID;
INSERT INTO asked VALUES (1, x'3ceef788fa8eea1fbfc83434125cb6b5', 1763632800000008, 1, 'keep-newest', 'sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb', 1, '[[1,2]]', 7, 5);
INSERT INTO decision VALUES (1, x'5a656744ed15f7f9442fce4efcbbc1f5', 1763632800000008, 'contact', 1, '"a"', '"b"');
INSERT INTO decision VALUES (2, x'9a43a749e115ab50539957dddb53f51a', 1763632800000008, 'contact', 2, '"c"', '"d"');
INSERT INTO entry VALUES (1, 1763632800000008, 1, 'given-up', 'contact', 1, 'crm', 'c1', 'phone', '{"lost":"0151"}', 'm');
INSERT INTO entry VALUES (2, 1763632800000008, 1, 'write', 'contact', 1, 'crm', 'c1', 'phone', '{"lost":"0151"}', NULL);
INSERT INTO setup VALUES (1, x'59b3271285bc5043d298c95e8b48d92f', '"setup"');
INSERT INTO setup VALUES (2, x'47d4998473b9c41a17227698d9951417', '"another"');
INSERT INTO shadow VALUES (1, x'abbe4165dae35190f17d1b024d970c3f', 1, 1763632800000008, 'sha256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d', 2, NULL);
INSERT INTO shadow_answer VALUES (1, 1, '"other"');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES ('asked', 1);
INSERT INTO sqlite_sequence VALUES ('decision', 2);
INSERT INTO sqlite_sequence VALUES ('entry', 2);
INSERT INTO sqlite_sequence VALUES ('setup', 2);
INSERT INTO sqlite_sequence VALUES ('shadow', 1);
CREATE TRIGGER asked_no_delete BEFORE DELETE ON asked
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER asked_no_update BEFORE UPDATE ON asked
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX decision_link ON decision (entity, link);
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX entry_link ON entry (entity, link, field);
CREATE UNIQUE INDEX entry_mark ON entry (mark) WHERE mark IS NOT NULL;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX entry_run ON entry (run, entity, link);
CREATE TRIGGER setup_no_delete BEFORE DELETE ON setup
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER setup_no_update BEFORE UPDATE ON setup
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX shadow_answer_decision ON shadow_answer (decision);
CREATE TRIGGER shadow_answer_no_delete BEFORE DELETE ON shadow_answer
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER shadow_answer_no_update BEFORE UPDATE ON shadow_answer
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX shadow_asked ON shadow (asked);
CREATE TRIGGER shadow_no_delete BEFORE DELETE ON shadow
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER shadow_no_update BEFORE UPDATE ON shadow
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
