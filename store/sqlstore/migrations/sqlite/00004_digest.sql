-- +goose Up

-- The bytes that a digest was computed of: others may have come under the key.
ALTER TABLE object ADD COLUMN tag TEXT NOT NULL DEFAULT '';

-- The files of an artifact as they were when it was recorded.
CREATE TABLE file (
    artifact INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    path     TEXT    NOT NULL,      -- below the artifact's location
    size     INTEGER NOT NULL,
    sha256   TEXT    NOT NULL,      -- empty until the bytes were read
    tag      TEXT    NOT NULL,
    PRIMARY KEY (artifact, path)
) STRICT, WITHOUT ROWID;
