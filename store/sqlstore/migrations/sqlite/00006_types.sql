-- +goose Up

-- Types are known by kind, name and version, and can be declared.
CREATE TABLE type_new (
    id          INTEGER PRIMARY KEY,
    kind        INTEGER NOT NULL,          -- pedigree.Kind
    name        TEXT    NOT NULL,
    version     TEXT    NOT NULL DEFAULT '',
    description TEXT    NOT NULL DEFAULT '',
    external    TEXT,
    reads       BLOB,                      -- of executions: signatures
    writes      BLOB
) STRICT;
INSERT INTO type_new (id, kind, name) SELECT id, kind, name FROM type;
DROP TABLE type;
ALTER TABLE type_new RENAME TO type;
CREATE UNIQUE INDEX type_name ON type (kind, name, version);
CREATE UNIQUE INDEX type_external ON type (kind, external) WHERE external IS NOT NULL;

CREATE TABLE type_property (
    type INTEGER NOT NULL REFERENCES type (id),
    key  TEXT    NOT NULL,
    form INTEGER NOT NULL,                 -- pedigree.Form
    PRIMARY KEY (type, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE type_parent (
    type   INTEGER NOT NULL REFERENCES type (id),
    place  INTEGER NOT NULL,               -- nearest first
    parent INTEGER NOT NULL REFERENCES type (id),
    PRIMARY KEY (type, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX type_parent_of ON type_parent (parent);

-- Values that are not text: whole numbers in int, which REAL cannot hold; what
-- no text column can hold, in data.
ALTER TABLE property ADD COLUMN form INTEGER NOT NULL DEFAULT 0;  -- pedigree.Form
ALTER TABLE property ADD COLUMN int INTEGER;
ALTER TABLE property ADD COLUMN data BLOB;

-- Nodes by a property, wherever they are at home: the spaces field and custom.
CREATE INDEX property_fact_text ON property (key, substr(text, 1, 64)) WHERE space IN (1, 7) AND text IS NOT NULL;
CREATE INDEX property_fact_num ON property (key, num) WHERE space IN (1, 7) AND num IS NOT NULL;
CREATE INDEX property_fact_int ON property (key, int) WHERE int IS NOT NULL;

-- Nodes by kind and type, by what others call them, and by where they are.
ALTER TABLE node ADD COLUMN external TEXT;
CREATE UNIQUE INDEX node_external ON node (workspace, kind, external) WHERE external IS NOT NULL;
CREATE INDEX node_kind ON node (workspace, kind);
CREATE INDEX node_type ON node (workspace, type);
CREATE INDEX node_created ON node (workspace, kind, created);
CREATE INDEX node_updated ON node (workspace, kind, updated);
CREATE INDEX node_uri ON node (workspace, uri) WHERE kind = 1 AND uri <> '';

-- Artifacts stand in several roles; neighbours are read from the index alone.
ALTER TABLE event ADD COLUMN role INTEGER NOT NULL DEFAULT 0;     -- pedigree.Role
ALTER TABLE event ADD COLUMN path TEXT NOT NULL DEFAULT '';       -- JSON: keys are strings, indexes numbers
DROP INDEX event_execution;
DROP INDEX event_artifact;
CREATE UNIQUE INDEX event_execution ON event (execution, direction, artifact, role);
CREATE INDEX event_artifact ON event (artifact, direction, execution);
