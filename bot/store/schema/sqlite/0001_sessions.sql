-- +goose Up
-- The mark of our own files ("Wgwz"): another program's database is refused before anything is changed in it.
PRAGMA application_id = 1466398586;

-- Without rowid: a rowid would tell in which order people came. One row holds the hash of an id, the ISO week of the
-- end (202648) and sealed bytes; there is nothing else to add here that would not be about a person.
CREATE TABLE sessions (
    id       BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    end_week INTEGER NOT NULL,
    sealed   BLOB NOT NULL
) WITHOUT ROWID, STRICT;
