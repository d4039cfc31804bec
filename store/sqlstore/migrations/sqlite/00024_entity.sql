-- +goose Up

-- Properties of entities of the catalog know the type of their node, so that those of
-- one type are read in order: what "the first ten tables by name" asks for. Those of
-- other nodes do not, and stand in none of these indexes.
ALTER TABLE property ADD COLUMN type INTEGER;

CREATE INDEX property_entity_text ON property (type, key, text, more) WHERE type IS NOT NULL AND text IS NOT NULL;
CREATE INDEX property_entity_int ON property (type, key, int) WHERE type IS NOT NULL AND int IS NOT NULL;
CREATE INDEX property_entity_num ON property (type, key, num) WHERE type IS NOT NULL AND num IS NOT NULL;

-- How many nodes are of a type: to count them takes long where they are many.
CREATE TABLE type_use (
    workspace INTEGER NOT NULL,
    type      INTEGER NOT NULL,
    live      INTEGER NOT NULL,
    binned    INTEGER NOT NULL,
    PRIMARY KEY (workspace, type)
) STRICT, WITHOUT ROWID;

INSERT INTO type_use (workspace, type, live, binned)
SELECT workspace, type, count(*) - count(deleted), count(deleted) FROM node GROUP BY workspace, type;

-- +goose StatementBegin
CREATE TRIGGER type_used AFTER INSERT ON node BEGIN
    INSERT INTO type_use (workspace, type, live, binned) VALUES (new.workspace, new.type, new.deleted IS NULL, new.deleted IS NOT NULL)
    ON CONFLICT (workspace, type) DO UPDATE SET live = live + excluded.live, binned = binned + excluded.binned;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER type_binned AFTER UPDATE OF deleted ON node WHEN (old.deleted IS NULL) <> (new.deleted IS NULL) BEGIN
    UPDATE type_use SET live = live + (new.deleted IS NULL) - (old.deleted IS NULL), binned = binned + (old.deleted IS NULL) - (new.deleted IS NULL)
    WHERE workspace = new.workspace AND type = new.type;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER type_purged AFTER DELETE ON node BEGIN
    UPDATE type_use SET live = live - (old.deleted IS NULL), binned = binned - (old.deleted IS NOT NULL)
    WHERE workspace = old.workspace AND type = old.type;
END;
-- +goose StatementEnd
