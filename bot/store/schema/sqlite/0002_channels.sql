-- +goose Up
-- What networks delivered, for a day: the network's name of the delivery and how it ended. Nothing of the person or the
-- words, and no finer time than the hour.
CREATE TABLE updates (
    channel TEXT NOT NULL,
    id      TEXT NOT NULL,
    outcome TEXT NOT NULL,
    hour    INTEGER NOT NULL,
    PRIMARY KEY (channel, id)
) WITHOUT ROWID, STRICT;

-- Channels that an operator closed, with the reasons as JSON: language tag to sentence.
CREATE TABLE closed (
    channel TEXT NOT NULL PRIMARY KEY,
    reasons TEXT NOT NULL
) WITHOUT ROWID, STRICT;
