-- +goose Up

-- Which nodes were touched, in the order of commits: for those who follow the
-- graph. Old lines go. AUTOINCREMENT: a number is never given again.
CREATE TABLE feed (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    node      INTEGER NOT NULL,
    touch     INTEGER NOT NULL,            -- pedigree.Touch
    time      INTEGER NOT NULL
) STRICT;

-- How far each follower has come.
CREATE TABLE position (
    follower TEXT    NOT NULL PRIMARY KEY,
    feed     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
