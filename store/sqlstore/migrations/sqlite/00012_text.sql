-- +goose Up

-- The words that nodes are found by, of each node under its number. Only the
-- index is kept, not the text.
CREATE VIRTUAL TABLE node_text USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
);

-- +goose StatementBegin
CREATE TRIGGER node_text_purge AFTER DELETE ON node BEGIN
    DELETE FROM node_text WHERE rowid = old.id;
END;
-- +goose StatementEnd
