-- Schema 2, frozen: the tests of upgrades open it with today's program. Never edit this file.
PRAGMA application_id = 1466398586;
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (0, 1, '2026-11-24 09:00:00'), (1, 1, '2026-11-24 09:00:00');
CREATE TABLE sessions (
    id       BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    end_week INTEGER NOT NULL,
    sealed   BLOB NOT NULL
) WITHOUT ROWID, STRICT;
INSERT INTO sessions VALUES (x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 202720, x'7365616c6564206f6e6365');
INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (2, 1, '2026-11-24 15:00:00');
CREATE TABLE updates (
    channel TEXT NOT NULL,
    id      TEXT NOT NULL,
    outcome TEXT NOT NULL,
    hour    INTEGER NOT NULL,
    PRIMARY KEY (channel, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE closed (
    channel TEXT NOT NULL PRIMARY KEY,
    reasons TEXT NOT NULL
) WITHOUT ROWID, STRICT;
INSERT INTO closed VALUES ('telegram', '{"en":"repairs"}');
