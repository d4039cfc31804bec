-- +goose Up

-- A text is split after its first 64 characters: those in text, which indexes
-- hold as it is, the others in more. An index on substr(text, 1, 64) would have
-- each of its entries looked up in the table, since SQLite takes no index on an
-- expression of a table without rowid for the whole of what a search asks.
ALTER TABLE property ADD COLUMN more TEXT;

DROP INDEX property_text;
DROP INDEX property_fact_text;
DROP INDEX property_number;

-- Cut by bytes, where the 64th character ends: functions on text stop at a NUL. A
-- text with a NUL before that stays whole in text; it reads as ever, and is found
-- by its value once it is written again.
UPDATE property
SET text = substr(text, 1, 64), more = CAST(substr(CAST(text AS BLOB), 1 + octet_length(substr(text, 1, 64))) AS TEXT)
WHERE long IS NULL AND length(text) >= 64 AND octet_length(text) > octet_length(substr(text, 1, 64));

-- Each property stands in one index: those of the spaces field and custom are
-- found wherever their nodes are at home, the others by home.
CREATE INDEX property_text ON property (home, key, text) WHERE text IS NOT NULL AND space NOT IN (1, 7);
CREATE INDEX property_number ON property (home, key, num) WHERE num IS NOT NULL AND space NOT IN (1, 7);
CREATE INDEX property_fact_text ON property (key, text) WHERE space IN (1, 7) AND text IS NOT NULL;
