-- +goose Up

-- The history is read by who did it, by what was done and from a moment on, also
-- when it is long; and it says by which protocol and from which address each
-- change came. Of older lines that is not known.
ALTER TABLE change ADD COLUMN origin TEXT NOT NULL DEFAULT '';

CREATE INDEX change_actor ON change (actor, id);
CREATE INDEX change_what ON change (what, id);
CREATE INDEX change_time ON change (time);
