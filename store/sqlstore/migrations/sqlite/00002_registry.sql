-- +goose Up

-- Nodes that belong to a context beside the one they are at home in.
CREATE TABLE membership (
    context INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    node    INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    PRIMARY KEY (context, node)
) STRICT, WITHOUT ROWID;

CREATE INDEX membership_node ON membership (node);

-- History. It outlives the node, whose identity is never given again.
CREATE TABLE change (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    node      INTEGER NOT NULL,
    time      INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    what      TEXT    NOT NULL,
    before    TEXT    NOT NULL,
    after     TEXT    NOT NULL,
    reason    TEXT    NOT NULL
) STRICT;

CREATE INDEX change_node ON change (node, id);

-- What is known of the bytes of artifact files.
CREATE TABLE object (
    workspace INTEGER NOT NULL,
    key       TEXT    NOT NULL,
    size      INTEGER NOT NULL,
    sha256    TEXT    NOT NULL,
    time      INTEGER NOT NULL,
    PRIMARY KEY (workspace, key)
) STRICT, WITHOUT ROWID;

-- Artifacts by name, for the versions of a model; contexts by last change.
CREATE INDEX node_artifact_name ON node (home, type, name) WHERE kind = 1;
CREATE INDEX node_context_updated ON node (home, type, updated) WHERE kind = 3;
