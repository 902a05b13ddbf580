-- The tables of package db itself. This file runs before the numbered migrations, each time: it may only make what is
-- missing. What changes these tables later is a numbered migration like any other.

CREATE TABLE IF NOT EXISTS db_state (
    only_row       BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    incarnation    UUID   NOT NULL, -- minted when the database is made or restored
    tx_offset      BIGINT NOT NULL, -- added to PostgreSQL's transaction numbers
    trimmed_before BIGINT NOT NULL  -- db_changes holds nothing of transactions numbered below
);

-- One row for each transaction that changed a record: who, when, through what and why.
CREATE TABLE IF NOT EXISTS db_txs (
    tx_no      BIGINT NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL, -- recorded time, µs
    actor_id   UUID,            -- person; NULL for Zveno itself
    actor_name TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    origin_id  UUID             -- the import or job that it belongs to
);

CREATE INDEX IF NOT EXISTS db_txs_origin ON db_txs (origin_id) WHERE origin_id IS NOT NULL;

-- The change feed: which records each transaction changed.
CREATE TABLE IF NOT EXISTS db_changes (
    tx_no     BIGINT NOT NULL,
    object    TEXT   NOT NULL,
    record_id UUID   NOT NULL,
    PRIMARY KEY (tx_no, object, record_id)
);

-- Indexes that a load of many rows has set aside, with the statements that make them again.
CREATE TABLE IF NOT EXISTS db_waiting_indexes (
    name      TEXT NOT NULL PRIMARY KEY,
    statement TEXT NOT NULL
);
