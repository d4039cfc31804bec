-- +goose Up

-- The newest event that is gone, where none has come after it: its number would be
-- given again, and by it an event is known elsewhere.
CREATE TABLE event_gone (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id  INTEGER NOT NULL
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER event_removed AFTER DELETE ON event WHEN old.id > (SELECT coalesce(max(id), 0) FROM event) BEGIN
    INSERT INTO event_gone (one, id) VALUES (1, old.id) ON CONFLICT (one) DO UPDATE SET id = max(id, excluded.id);
END;
-- +goose StatementEnd
