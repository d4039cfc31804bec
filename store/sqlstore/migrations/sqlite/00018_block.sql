-- +goose Up

-- Long series summed up, so that a chart need not read each point. A block is a
-- stretch of points in the order of their table, where they stay; it is known by
-- its last point. The blocks of a series follow each other from its first point on
-- without a gap. Sums and points are written as package series does it.
CREATE TABLE block (
    node   INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    key    INTEGER NOT NULL,
    time   INTEGER NOT NULL,
    step   INTEGER NOT NULL,
    isnum  INTEGER NOT NULL,
    num    REAL    NOT NULL,
    count  INTEGER NOT NULL,            -- points in it
    points INTEGER NOT NULL,            -- its row in block_points
    sums   BLOB    NOT NULL,
    PRIMARY KEY (node, key, time, step, isnum, num)
) STRICT, WITHOUT ROWID;

-- The points of blocks once more, to be read many at once. They lie apart so that
-- the sums of a series lie together.
CREATE TABLE block_points (
    id     INTEGER PRIMARY KEY,
    points BLOB NOT NULL
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER block_removed AFTER DELETE ON block BEGIN
    DELETE FROM block_points WHERE id = old.points;
END;
-- +goose StatementEnd
