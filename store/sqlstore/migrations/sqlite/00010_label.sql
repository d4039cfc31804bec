-- +goose Up

-- Artifacts and executions by name, of whatever type and wherever at home.
CREATE INDEX node_label ON node (workspace, name) WHERE kind <> 3 AND name <> '';
