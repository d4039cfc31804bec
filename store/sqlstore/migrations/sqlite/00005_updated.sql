-- +goose Up

-- Artifacts by last change, for the versions of all models.
CREATE INDEX node_artifact_updated ON node (home, type, updated) WHERE kind = 1;
