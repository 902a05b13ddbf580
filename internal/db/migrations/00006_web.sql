-- +goose Up

-- Lists that somebody saved: the address of a page with its filters, sort and columns.
CREATE TABLE web_views (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL, -- whose it is
    page TEXT NOT NULL, -- path
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    shared BOOLEAN NOT NULL, -- with everybody; each sees the rows of their own scope
    created_at BIGINT NOT NULL
);
CREATE INDEX web_views_page ON web_views (page);
CREATE INDEX web_views_person_id ON web_views (person_id);
