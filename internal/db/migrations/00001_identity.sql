-- +goose Up

CREATE TABLE identity_teams (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    name TEXT,
    parent_id UUID,
    region TEXT,
    manager_id UUID
);
CREATE INDEX identity_teams_parent_id ON identity_teams (parent_id);

CREATE TABLE identity_team_versions (
    id UUID NOT NULL,
    no BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    recorded_from BIGINT NOT NULL,
    recorded_to BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    author_id UUID,
    derived BOOLEAN NOT NULL,
    deleted BOOLEAN NOT NULL,
    custom TEXT,
    name TEXT,
    parent_id UUID,
    region TEXT,
    manager_id UUID,
    PRIMARY KEY (id, no)
);
CREATE INDEX identity_team_versions_tx ON identity_team_versions (tx_no);

CREATE TABLE identity_people (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    name TEXT,
    email TEXT,
    title TEXT,
    team_id UUID,
    active BOOLEAN,
    hired_day BIGINT,
    left_day BIGINT
);
CREATE INDEX identity_people_team_id ON identity_people (team_id);

CREATE TABLE identity_person_versions (
    id UUID NOT NULL,
    no BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    recorded_from BIGINT NOT NULL,
    recorded_to BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    author_id UUID,
    derived BOOLEAN NOT NULL,
    deleted BOOLEAN NOT NULL,
    custom TEXT,
    name TEXT,
    email TEXT,
    title TEXT,
    team_id UUID,
    active BOOLEAN,
    hired_day BIGINT,
    left_day BIGINT,
    PRIMARY KEY (id, no)
);
CREATE INDEX identity_person_versions_tx ON identity_person_versions (tx_no);

CREATE TABLE identity_settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE identity_logins (
    person_id UUID PRIMARY KEY,
    email_folded TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled BOOLEAN NOT NULL
);

CREATE TABLE identity_setup_links (
    token_hash TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
