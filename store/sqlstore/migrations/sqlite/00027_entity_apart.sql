-- +goose Up

-- Properties of entities of the catalog stand in the indexes that begin with their
-- type, and no longer in these as well: each index that a new entity stands in is a
-- page of the log. Who looks for a value among nodes of all types asks both sorts.
-- (The type, NULL in all of them, is there so that they cover what is asked.)
DROP INDEX property_fact_text;
DROP INDEX property_fact_num;
DROP INDEX property_fact_int;
CREATE INDEX property_fact_text ON property (key, text, type) WHERE type IS NULL AND space IN (1, 7) AND text IS NOT NULL;
CREATE INDEX property_fact_num ON property (key, num, type) WHERE type IS NULL AND space IN (1, 7) AND num IS NOT NULL;
CREATE INDEX property_fact_int ON property (key, int, type) WHERE type IS NULL AND int IS NOT NULL;

-- The store counts new nodes itself: for a statement with a trigger SQLite keeps a
-- copy of each page that it changes.
DROP TRIGGER type_used;
