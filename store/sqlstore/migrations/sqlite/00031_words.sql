-- +goose Up

-- All words that nodes are found by, once each: to find those that are like a pattern.
CREATE VIRTUAL TABLE node_word USING fts5vocab('node_text', 'row');
