-- +goose Up

-- All words that nodes are found by, once each: to find those that are like a pattern.
-- The index is made anew, since texts of scripts that part no words are read letter by
-- letter now.
DELETE FROM position WHERE follower = 'search.scan';

CREATE VIRTUAL TABLE node_word USING fts5vocab('node_text', 'row');
