-- +goose Up

-- The history is read by who did it and by what was done, also when it is long; and
-- it says by which protocol and from which address each change came. Of older lines
-- that is not known. Moments need no index: lines are numbered as time goes.
ALTER TABLE change ADD COLUMN origin TEXT NOT NULL DEFAULT '';

CREATE INDEX change_actor ON change (actor, id) WHERE actor <> '';
CREATE INDEX change_what ON change (what, id);
