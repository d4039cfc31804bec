-- +goose Up

-- What a node can be.
CREATE TABLE type (
    id   INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,          -- pedigree.Kind
    name TEXT    NOT NULL UNIQUE
) STRICT;

-- Names of properties and metrics, written once and numbered, so that the big
-- tables hold a small number instead. Rows are never changed or removed.
CREATE TABLE key (
    id    INTEGER PRIMARY KEY,
    space INTEGER NOT NULL,         -- pedigree.Space
    name  TEXT    NOT NULL,
    UNIQUE (space, name)
) STRICT;

CREATE TABLE sequence (
    workspace INTEGER NOT NULL,
    name      TEXT    NOT NULL,
    value     INTEGER NOT NULL,     -- the last number given
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: the identity of a purged node is never given again.
CREATE TABLE node (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    home      INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    type      INTEGER NOT NULL REFERENCES type (id),
    uid       TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    version   TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    owner     TEXT    NOT NULL,
    uri       TEXT    NOT NULL,
    created   INTEGER NOT NULL,     -- all times in ms since 1970, UTC
    updated   INTEGER NOT NULL,
    started   INTEGER,
    ended     INTEGER,
    deleted   INTEGER               -- set while the node is in the bin
) STRICT;

CREATE UNIQUE INDEX node_uid ON node (workspace, type, uid);
CREATE UNIQUE INDEX node_context_name ON node (workspace, type, name) WHERE kind = 3;
CREATE INDEX node_live ON node (home, type, started DESC, uid) WHERE deleted IS NULL;
CREATE INDEX node_bin ON node (home, type, started DESC, uid) WHERE deleted IS NOT NULL;
CREATE INDEX node_deleted ON node (deleted) WHERE deleted IS NOT NULL;
CREATE INDEX node_context_created ON node (home, type, created) WHERE kind = 3;

-- Facts about nodes: text in the spaces field, param and tag; in the space
-- metric the latest point of a series, whose num is NULL for NaN. The node's
-- home stands here again so that an index can be searched within one context.
CREATE TABLE property (
    node  INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    space INTEGER NOT NULL,
    key   INTEGER NOT NULL,
    home  INTEGER NOT NULL,
    text  TEXT,
    num   REAL,
    time  INTEGER,
    step  INTEGER,
    PRIMARY KEY (node, space, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX property_number ON property (home, key, num) WHERE num IS NOT NULL;
CREATE INDEX property_text ON property (home, key, substr(text, 1, 64)) WHERE text IS NOT NULL;

-- Series. isnum is 0 and num 0 for NaN, which so sorts before numbers.
CREATE TABLE point (
    node  INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    key   INTEGER NOT NULL,
    time  INTEGER NOT NULL,
    step  INTEGER NOT NULL,
    isnum INTEGER NOT NULL,
    num   REAL    NOT NULL,
    PRIMARY KEY (node, key, time, step, isnum, num)
) STRICT, WITHOUT ROWID;

-- Measurements of an artifact by an execution.
CREATE TABLE evaluation (
    artifact  INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    key       INTEGER NOT NULL,
    time      INTEGER NOT NULL,
    step      INTEGER NOT NULL,
    isnum     INTEGER NOT NULL,
    num       REAL    NOT NULL,
    execution INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    dataset   TEXT    NOT NULL,
    digest    TEXT    NOT NULL,
    PRIMARY KEY (artifact, key, time, step, isnum, num, execution, dataset, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX evaluation_execution ON evaluation (execution);

CREATE TABLE event (
    id        INTEGER PRIMARY KEY,
    execution INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    artifact  INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    direction INTEGER NOT NULL,     -- pedigree.Direction
    time      INTEGER NOT NULL,
    step      INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX event_execution ON event (execution, direction, artifact);
CREATE INDEX event_artifact ON event (artifact, direction);

CREATE TABLE event_tag (
    event INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    key   TEXT    NOT NULL,
    value TEXT    NOT NULL,
    PRIMARY KEY (event, key)
) STRICT, WITHOUT ROWID;

INSERT INTO type (id, kind, name) VALUES (1, 3, 'pedigree.Workspace');
INSERT INTO node (id, workspace, home, kind, type, uid, name, version, state, owner, uri, created, updated)
VALUES (1, 1, 1, 3, 1, 'default', 'default', '', '', '', '', 0, 0);
