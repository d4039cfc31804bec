-- +goose Up

-- Types of the catalog as somebody defined them.
CREATE TABLE definition (
    workspace INTEGER NOT NULL,
    name      TEXT    NOT NULL,
    uid       TEXT    NOT NULL,
    body      TEXT    NOT NULL,            -- JSON
    created   INTEGER NOT NULL,            -- in ms since 1970, UTC, as all times
    updated   INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

-- Typed ties between two nodes that are no events. Their types are numbered in the
-- table key, as those of classifications are, with spaces of their own there.
-- AUTOINCREMENT: a number is never given again.
CREATE TABLE relationship (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace  INTEGER NOT NULL,
    uid        TEXT    NOT NULL,
    type       INTEGER NOT NULL REFERENCES key (id),
    end1       INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    end2       INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    key        TEXT    NOT NULL,
    place      INTEGER NOT NULL,
    attributes TEXT    NOT NULL,           -- a JSON object; empty for none
    passes     INTEGER NOT NULL,           -- pedigree.Passage
    blocked    TEXT    NOT NULL,           -- a JSON list; empty for none
    version    INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    updated_by TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    deleted    INTEGER                     -- set while it is in the bin
) STRICT;

CREATE UNIQUE INDEX relationship_uid ON relationship (workspace, uid);
CREATE INDEX relationship_end1 ON relationship (end1, type, id);
CREATE INDEX relationship_end2 ON relationship (end2, type, id);
CREATE INDEX relationship_type_used ON relationship (type);

-- How classifications pass along events, where it is other than from input to
-- execution to output. There are few.
CREATE TABLE event_passage (
    event   INTEGER PRIMARY KEY REFERENCES event (id) ON DELETE CASCADE,
    passes  INTEGER NOT NULL,              -- pedigree.Passage
    blocked TEXT    NOT NULL               -- a JSON list; empty for none
) STRICT;

-- Which node holds a value of a unique attribute. The value itself is among the
-- properties of the node; here is its digest, so that a row is small.
CREATE TABLE unique_value (
    workspace INTEGER NOT NULL,
    key       INTEGER NOT NULL REFERENCES key (id),
    digest    BLOB    NOT NULL,            -- the first 16 bytes of SHA-256
    type      INTEGER NOT NULL REFERENCES type (id),
    node      INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    PRIMARY KEY (workspace, key, digest, type, node)
) STRICT, WITHOUT ROWID;

CREATE INDEX unique_value_node ON unique_value (node, key);

-- What nodes are classified as. AUTOINCREMENT: what is carried on is known by the
-- number, also when the classification is gone.
CREATE TABLE classification (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace        INTEGER NOT NULL,
    node             INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    type             INTEGER NOT NULL REFERENCES key (id),
    attributes       TEXT    NOT NULL,     -- a JSON object; empty for none
    validity         TEXT    NOT NULL,     -- a JSON list; empty for ever
    propagate        INTEGER NOT NULL,
    remove_on_delete INTEGER NOT NULL,
    not_by_lineage   INTEGER NOT NULL,
    not_by_hierarchy INTEGER NOT NULL,
    created_by       TEXT    NOT NULL,
    updated_by       TEXT    NOT NULL,
    created          INTEGER NOT NULL,
    updated          INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX classification_node ON classification (node, type);
CREATE INDEX classification_type_id ON classification (workspace, type, id);

-- Which classifications of others hold for a node, too. It is made of the rest by
-- who follows the feed, so it may lack the newest. Rows of what is gone stay until
-- they are cleared away: by them is known what has to be found anew.
CREATE TABLE carried (
    node           INTEGER NOT NULL,
    classification INTEGER NOT NULL,
    PRIMARY KEY (node, classification)
) STRICT, WITHOUT ROWID;

CREATE INDEX carried_by ON carried (classification, node);

-- Classifications of which has to be found anew where they are carried to.
CREATE TABLE carry_again (
    classification INTEGER PRIMARY KEY
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER classification_gone AFTER DELETE ON classification BEGIN
    INSERT INTO carry_again (classification) VALUES (old.id) ON CONFLICT DO NOTHING;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER carried_node_gone AFTER DELETE ON node BEGIN
    INSERT INTO carry_again (classification) SELECT classification FROM carried WHERE node = old.id ON CONFLICT DO NOTHING;
END;
-- +goose StatementEnd
