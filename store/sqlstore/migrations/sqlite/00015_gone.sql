-- +goose Up

-- What a node was that is gone, in the line of the feed that says so: who
-- follows the graph cannot look it up any more. NULL in all other lines.
ALTER TABLE feed ADD COLUMN type INTEGER;
ALTER TABLE feed ADD COLUMN uid TEXT;
ALTER TABLE feed ADD COLUMN name TEXT;
