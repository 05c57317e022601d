PRAGMA application_id = 1416787065;
PRAGMA user_version = 1;
CREATE TABLE distinct_pair (
    first INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    second INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    entity TEXT NOT NULL,
    PRIMARY KEY (first, second)
) STRICT, WITHOUT ROWID;
CREATE TABLE fact (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE feed (
    entity TEXT NOT NULL,
    system TEXT NOT NULL,
    cursor TEXT,
    -- The number of the complete listing that is under way or was the last.
    listing INTEGER NOT NULL,
    listing_open INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (entity, system)
) STRICT, WITHOUT ROWID;
CREATE TABLE intent (
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
CREATE TABLE link (
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
CREATE TABLE link_total (
    entity TEXT PRIMARY KEY,
    links INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE match_key (
    entity TEXT NOT NULL,
    hash INTEGER NOT NULL,
    record INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    PRIMARY KEY (entity, hash, record)
) STRICT, WITHOUT ROWID;
CREATE TABLE match_record (
    record INTEGER PRIMARY KEY REFERENCES record ON DELETE CASCADE,
    entity TEXT NOT NULL,
    -- Which matcher and configuration prepared it, and from which row.
    version TEXT NOT NULL,
    features BLOB NOT NULL,
    terms TEXT NOT NULL,
    -- The hashes of its keys in order: eight bytes each, the most significant first.
    keys BLOB NOT NULL
) STRICT;
CREATE TABLE match_term (
    entity TEXT NOT NULL,
    value INTEGER NOT NULL,
    witness INTEGER NOT NULL,
    record INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
    PRIMARY KEY (entity, value, witness, record)
) STRICT, WITHOUT ROWID;
CREATE TABLE question (
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
CREATE TABLE record (
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
CREATE TABLE record_total (
    entity TEXT NOT NULL,
    system TEXT NOT NULL,
    linked INTEGER NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (entity, system, linked)
) STRICT, WITHOUT ROWID;
CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    summary TEXT NOT NULL
) STRICT;
CREATE TABLE shape (
    id INTEGER PRIMARY KEY,
    names TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE trip (
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
INSERT INTO distinct_pair VALUES (1, 3, 'contact');
INSERT INTO fact VALUES ('mapper', 'v1');
INSERT INTO feed VALUES ('contact', 'shop', 'page 2', 3, 1, 1763632800000002);
INSERT INTO intent VALUES (1, 'i-1', 1, 'contact', 1, 'crm', 'c1', 'update', 2, '["Anna",null]', '["Anne","0151"]', 1, '[[0,3],[1,1]]', 1763632800000004, 1763632800000006, 'done');
INSERT INTO intent VALUES (2, 'i-2', 1, 'contact', 1, 'crm', 'c1', 'update', 2, '["Anna",null]', '["Anne","0151"]', 1, '[[0,3],[1,1]]', 1763632800000003, NULL, NULL);
INSERT INTO link VALUES (1, 'contact', 'alive', 1, '[["Anna",3,0],["+49 151",1,1],[null,0,null]]', '[{"system":"crm","origin":{"kind":"unknown"},"at":"2025-11-20T10:00:00.000001Z","rule":{"name":"keep-newest","digest":"sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},"run":1},{"system":"crm","origin":{"kind":"unknown"},"at":"2025-11-20T10:00:00.000001Z","rule":{"name":"keep-newest","digest":"sha256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"},"run":2}]', 1);
INSERT INTO link_total VALUES ('contact', 1);
INSERT INTO match_key VALUES ('contact', -1, 1);
INSERT INTO match_key VALUES ('contact', 7, 1);
INSERT INTO match_record VALUES (1, 'contact', 'matcher 1', x'00ff01', '[{"value":18446744073709551615,"witness":0},{"value":5,"witness":6}]', x'ffffffffffffffff0000000000000007');
INSERT INTO match_term VALUES ('contact', -1, 0, 1);
INSERT INTO match_term VALUES ('contact', 5, 6, 1);
INSERT INTO question VALUES (1, 'contact', '{"field":[1,"phone"]}', 1, '{"a":1}', 1763632800000007, 'answered', '{"keep":"crm"}', 'berta', 1763632800000009);
INSERT INTO question VALUES (2, 'contact', '{"field":[1,"city"]}', 1, '{"b":[0.1]}', 1763632800000007, 'open', NULL, NULL, NULL);
INSERT INTO record VALUES (1, 'contact', 'crm', 'c1', 1, 'present', NULL, 2, '["c1",null]', NULL, 1, '["c1",null,{"empty":true}]', '[null,null,null]', '{"kind":"unknown"}', NULL, '[]', 1, 4, NULL);
INSERT INTO record VALUES (2, 'contact', 'shop', 's1', 1, 'left-out', 'no "buyer"', 3, '["Anna","0151",null,true]', '["Anne","0151",null,null]', 1, '["Anna","+49 151",null]', '[["Anne",2],1,null]', '{"kind":"person","actor":"anna"}', 1763632800000005, '[{"field":2,"message":"no town"}]', 0, 3, 1763632800000011);
INSERT INTO record VALUES (3, 'contact', 'crm', 'c2', NULL, 'present', NULL, 2, '["c2",null]', NULL, 1, '["c2",null,{"empty":true}]', '[null,null,null]', '{"kind":"unknown"}', NULL, '[]', 1, 0, NULL);
INSERT INTO record_total VALUES ('contact', 'crm', 0, 1);
INSERT INTO record_total VALUES ('contact', 'crm', 1, 1);
INSERT INTO record_total VALUES ('contact', 'shop', 1, 1);
INSERT INTO run VALUES (1, 1763632800000001, 1763632800000010, '{"writes":1}');
INSERT INTO shape VALUES (1, '["name","phone","city"]');
INSERT INTO shape VALUES (2, '["Name","Phone"]');
INSERT INTO shape VALUES (3, '["full_name","tel","town","vip"]');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES ('intent', 2);
INSERT INTO sqlite_sequence VALUES ('link', 1);
INSERT INTO sqlite_sequence VALUES ('question', 2);
INSERT INTO sqlite_sequence VALUES ('run', 1);
INSERT INTO trip VALUES ('flip-flop-0b', 'flip-flop', 'contact', 'link', 1, 'too much', 0, 1763632800000004, 1763632800000004, 'approved', 'berta', NULL, '[]', NULL);
INSERT INTO trip VALUES ('write-cap-0a', 'write-cap', 'contact', 'plan', NULL, 'too much', 0, 1763632800000003, 1763632800000003, 'open', NULL, NULL, '[]', NULL);
CREATE INDEX intent_closed ON intent (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX intent_link ON intent (link, system, closed_at)
    WHERE outcome IN ('done', 'landed');
CREATE INDEX intent_open ON intent (system, opened_at, number) WHERE closed_at IS NULL;
CREATE INDEX link_attention ON link (entity, id) WHERE attention = 1;
CREATE INDEX question_link ON question (link, id);
CREATE INDEX question_open ON question (id) WHERE state IN ('open', 'answered');
CREATE UNIQUE INDEX question_subject ON question (entity, subject)
    WHERE state IN ('open', 'answered');
CREATE UNIQUE INDEX record_link ON record (link, system) WHERE link IS NOT NULL;
CREATE INDEX record_problems ON record (entity, system, id) WHERE problems <> '[]';
CREATE UNIQUE INDEX record_remote ON record (entity, system, remote);
CREATE INDEX record_restless ON record (entity, quiet_at) WHERE quiet_at IS NOT NULL;
CREATE INDEX record_system ON record (entity, system, id);
CREATE INDEX record_waiting ON record (entity, id) WHERE waiting = 1;
CREATE INDEX trip_open ON trip (entity, approval) WHERE state <> 'over';
CREATE INDEX trip_untold ON trip (first_at) WHERE told_at IS NULL;
