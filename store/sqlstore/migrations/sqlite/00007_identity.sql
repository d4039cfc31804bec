-- +goose Up

-- Where things are, in one spelling, written once and numbered.
CREATE TABLE location (
    id        INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    uri       TEXT    NOT NULL,
    UNIQUE (workspace, uri)
) STRICT;

-- The locations of a node, and which state of what is there it is, empty where
-- nobody says.
CREATE TABLE place (
    node     INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    location INTEGER NOT NULL REFERENCES location (id),
    version  TEXT    NOT NULL,
    PRIMARY KEY (node, location)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX place_location ON place (location, node);

-- Ties between two nodes that no event tells of.
CREATE TABLE relation (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   INTEGER NOT NULL,               -- pedigree.RelationKind
    source INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    target INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    time   INTEGER NOT NULL,
    actor  TEXT    NOT NULL,
    reason TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX relation_source ON relation (source, target, kind);
CREATE INDEX relation_target ON relation (target);

-- Which column of an artifact was made from which of another.
CREATE TABLE column_link (
    target        INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    target_column TEXT    NOT NULL,
    source        INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    source_column TEXT    NOT NULL,
    execution     INTEGER NOT NULL,        -- that said so; 0 for none
    detail        TEXT    NOT NULL,        -- JSON, as the producer says it
    time          INTEGER NOT NULL,
    PRIMARY KEY (target, target_column, source, source_column, execution)
) STRICT, WITHOUT ROWID;
CREATE INDEX column_link_source ON column_link (source, source_column);
