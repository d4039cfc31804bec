-- +goose Up

-- What people wrote below nodes. AUTOINCREMENT: a number is never given again.
CREATE TABLE comment (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    node      INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    author    TEXT    NOT NULL,
    text      TEXT    NOT NULL,
    created   INTEGER NOT NULL,            -- in ms since 1970, UTC
    updated   INTEGER NOT NULL
) STRICT;

CREATE INDEX comment_node ON comment (node, id);
