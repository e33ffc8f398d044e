-- +goose Up
-- One row holds the hash of an id, the ISO week of the end (202648) and sealed bytes; there is nothing else to add here
-- that would not be about a person.
CREATE TABLE sessions (
    id       bytea   NOT NULL PRIMARY KEY CHECK (octet_length(id) = 32),
    end_week integer NOT NULL,
    sealed   bytea   NOT NULL
);

-- Sealed bytes do not compress, and an old version of a row should go soon: it is what a person had before /forget.
ALTER TABLE sessions ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE sessions SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20, toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_threshold = 20);
