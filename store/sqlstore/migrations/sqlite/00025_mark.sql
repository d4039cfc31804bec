-- +goose Up

-- What tells this store from all others: random, and the same as long as it lives.
CREATE TABLE mark (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    value BLOB NOT NULL
) STRICT;

INSERT INTO mark (id, value) VALUES (1, randomblob(8));
