-- +goose Up

ALTER TABLE identity_logins ADD COLUMN locale TEXT; -- NULL = the company's
CREATE INDEX identity_teams_manager_id ON identity_teams (manager_id);

-- The roles that the company defined besides the built-in ones.
CREATE TABLE identity_roles (
    name TEXT PRIMARY KEY,
    label_en TEXT NOT NULL,
    label_ru TEXT NOT NULL,
    capabilities TEXT NOT NULL, -- with a space between
    reach TEXT NOT NULL,
    edit_reach TEXT NOT NULL -- '' = changes nothing
);

CREATE TABLE identity_sessions (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE, -- SHA-256
    incarnation UUID NOT NULL, -- of the database: a restored backup revives no session
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX identity_sessions_person_id ON identity_sessions (person_id);
CREATE INDEX identity_sessions_expires_at ON identity_sessions (expires_at);

-- How much each account and address has used up of its attempts to sign in.
CREATE TABLE identity_sign_in_limits (
    bucket TEXT PRIMARY KEY, -- SHA-256 of what is limited: nobody can read what was typed as an address
    free_at BIGINT NOT NULL -- when all attempts will be available again
);
CREATE INDEX identity_sign_in_limits_free_at ON identity_sign_in_limits (free_at);

CREATE TABLE identity_tokens (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE, -- SHA-256
    capabilities TEXT NOT NULL, -- with a space between
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX identity_tokens_person_id ON identity_tokens (person_id);

-- Who did what. Each row holds the hash of the one before and of itself; rows are only ever added.
CREATE TABLE identity_audit (
    no BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    person_id UUID, -- NULL for Zveno itself
    actor TEXT NOT NULL,
    source TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id UUID,
    detail TEXT NOT NULL, -- JSON
    address TEXT NOT NULL,
    tx_no BIGINT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX identity_audit_person_id ON identity_audit (person_id, no);
CREATE INDEX identity_audit_record_id ON identity_audit (record_id, no);

-- The end of the chain, made with its first row. Whoever appends locks it.
CREATE TABLE identity_audit_head (
    only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    no BIGINT NOT NULL,
    hash TEXT NOT NULL
);
