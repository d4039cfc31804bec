-- +goose Up

-- What producers of OpenLineage sent, as they sent it.
CREATE TABLE report (
    id        INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    node      INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    time      INTEGER NOT NULL,            -- in ms since 1970, UTC
    state     TEXT    NOT NULL,
    digest    BLOB    NOT NULL,            -- of the body
    body      BLOB    NOT NULL             -- JSON, compressed
) STRICT;

CREATE UNIQUE INDEX report_digest ON report (workspace, digest);
CREATE INDEX report_time ON report (workspace, time, state);
CREATE INDEX report_node ON report (node, id);
