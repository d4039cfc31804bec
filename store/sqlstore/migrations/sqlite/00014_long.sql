-- +goose Up

-- Long values of properties. The table of properties is clustered on its key: a
-- search that meets a row reads all of it, so one row of megabytes would be read
-- by every search that passes it. Such a row holds the number of its value here,
-- and of a text its first characters.
CREATE TABLE long_value (
    id    INTEGER PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

ALTER TABLE property ADD COLUMN long INTEGER REFERENCES long_value (id);

-- +goose StatementBegin
CREATE TRIGGER long_value_replaced AFTER UPDATE OF long ON property WHEN old.long IS NOT NULL AND old.long IS NOT new.long BEGIN
    DELETE FROM long_value WHERE id = old.long;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER long_value_removed AFTER DELETE ON property WHEN old.long IS NOT NULL BEGIN
    DELETE FROM long_value WHERE id = old.long;
END;
-- +goose StatementEnd
