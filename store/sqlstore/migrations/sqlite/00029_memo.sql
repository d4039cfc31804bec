-- +goose Up

-- What parts of the server keep for themselves from one start to the next, such as
-- work that waits. It is none of the graph's.
CREATE TABLE memo (
    id      INTEGER PRIMARY KEY,
    part    TEXT NOT NULL,
    key     TEXT NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX memo_key ON memo (part, key);
CREATE INDEX memo_part ON memo (part, id);
