-- +goose Up

-- Whether a node is in the bin, without reading the node: it rarely is, so this
-- index stays small.
CREATE INDEX node_in_bin ON node (id) WHERE deleted IS NOT NULL;
