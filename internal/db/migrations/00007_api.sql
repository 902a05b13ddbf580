-- +goose Up

-- The answers to requests that may be sent again, by the key that their sender chose. They are kept for a day.
CREATE TABLE api_idempotency (
    token_id UUID NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL, -- SHA-256 of what was asked
    status BIGINT NOT NULL,
    version BIGINT NOT NULL, -- of the record, 0 = none
    location TEXT NOT NULL, -- of a new record, '' = none
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (token_id, idempotency_key)
);
CREATE INDEX api_idempotency_created_at ON api_idempotency (created_at);
