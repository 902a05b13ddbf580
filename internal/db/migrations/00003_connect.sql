-- +goose Up

-- One row for each import, undone ones too.
CREATE TABLE connect_imports (
    id UUID PRIMARY KEY,
    source TEXT NOT NULL,       -- the system that the files come from
    files TEXT NOT NULL,        -- names, for people
    fingerprint TEXT NOT NULL,  -- of files, mapping and options: the same command again has the same
    actor_id UUID,
    actor_name TEXT NOT NULL,
    state TEXT NOT NULL,        -- running, stopped, done, undoing, undone
    started_at BIGINT NOT NULL, -- instant of recording of the first run
    finished_at BIGINT,
    rows_read BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    undo_id UUID,               -- origin of the transactions that undo it
    report TEXT                 -- document; NULL while running
);
CREATE INDEX connect_imports_started_at ON connect_imports (started_at);

-- Which record stands for which row of a source.
CREATE TABLE connect_links (
    source TEXT NOT NULL,
    object TEXT NOT NULL,
    external_id TEXT NOT NULL,  -- begins with ~ where the source gives none and the row's own words identify it
    record_id UUID NOT NULL,
    row_hash BIGINT NOT NULL,   -- of the row that was applied last; 0 = apply the next one whatever it says
    repeated BOOLEAN NOT NULL,  -- the source's file had several rows for it: the last one counts
    PRIMARY KEY (source, object, external_id)
);

-- Names and e-mail addresses by which rows refer to records: an index of the records, caught up with before it is used.
CREATE TABLE connect_keys (
    object TEXT NOT NULL,
    name_key TEXT NOT NULL,     -- folded name, code or e-mail address
    record_id UUID NOT NULL,
    PRIMARY KEY (object, name_key, record_id)
);
CREATE TABLE connect_key_marks (
    object TEXT PRIMARY KEY,
    incarnation UUID NOT NULL,
    position BIGINT NOT NULL    -- of the change feed: transactions numbered below are in connect_keys
);

-- References that could not be resolved yet, because what they name comes later in the same import.
CREATE TABLE connect_pending (
    import_id UUID NOT NULL,
    object TEXT NOT NULL,
    record_id UUID NOT NULL,
    field TEXT NOT NULL,
    held_from BIGINT NOT NULL,  -- instant from which the reference holds
    derived BOOLEAN NOT NULL,   -- as the version that begins there
    named TEXT NOT NULL,        -- what the cell says
    external_id TEXT NOT NULL,
    row_hash BIGINT NOT NULL,   -- for the link, once all references of the row are resolved
    table_no BIGINT NOT NULL,
    column_no BIGINT NOT NULL,
    PRIMARY KEY (import_id, object, record_id, field)
);

-- Rows set aside until all of their group have been read: histories, and rows of which several are about one record.
CREATE TABLE connect_rows (
    import_id UUID NOT NULL,
    lot TEXT NOT NULL,          -- what they wait for
    group_key TEXT NOT NULL,
    at BIGINT NOT NULL,
    table_no BIGINT NOT NULL,
    line BIGINT NOT NULL,
    cells TEXT NOT NULL,        -- document
    PRIMARY KEY (import_id, lot, group_key, at, table_no, line)
);
