-- +goose Up
-- What networks delivered, for a day: the network's name of the delivery and how it ended. Nothing of the person or the
-- words, and no finer time than the hour.
CREATE TABLE updates (
    channel text   NOT NULL,
    id      text   NOT NULL,
    outcome text   NOT NULL,
    hour    bigint NOT NULL,
    PRIMARY KEY (channel, id)
);

-- Channels that an operator closed, with the reasons as JSON: language tag to sentence.
CREATE TABLE closed (
    channel text NOT NULL PRIMARY KEY,
    reasons text NOT NULL
);
