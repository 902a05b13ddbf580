-- +goose Up

-- Walks through long lists in the order of a column. A key is made of the first letters of a text, because engines bound
-- the entries of an index, and ends with the record's ID, so that a page can begin behind any row.
CREATE INDEX crm_deals_by_name ON crm_deals (substr(folded, 1, 100), id);
CREATE INDEX crm_deals_by_amount ON crm_deals (amount_minor, id);
CREATE INDEX crm_deals_by_close ON crm_deals (close_day, id);
CREATE INDEX crm_deals_by_created ON crm_deals (created_at, id);
CREATE INDEX crm_deals_by_changed ON crm_deals (valid_from, id);
-- Each owner's deals, since those of few owners may all be at one end.
CREATE INDEX crm_deals_by_owner_name ON crm_deals (owner_id, substr(folded, 1, 100), id);
CREATE INDEX crm_deals_by_owner_amount ON crm_deals (owner_id, amount_minor, id);
CREATE INDEX crm_deals_by_owner_close ON crm_deals (owner_id, close_day, id);
DROP INDEX crm_deals_owner_id; -- which begins as these do
CREATE INDEX crm_accounts_by_name ON crm_accounts (substr(folded, 1, 100), id);
CREATE INDEX crm_accounts_by_created ON crm_accounts (created_at, id);
CREATE INDEX crm_accounts_by_changed ON crm_accounts (valid_from, id);
CREATE INDEX crm_contacts_by_name ON crm_contacts (substr(folded, 1, 100), id);
CREATE INDEX crm_contacts_by_created ON crm_contacts (created_at, id);
CREATE INDEX crm_contacts_by_changed ON crm_contacts (valid_from, id);
CREATE INDEX crm_leads_by_name ON crm_leads (substr(folded, 1, 100), id);
CREATE INDEX crm_leads_by_created ON crm_leads (created_at, id);
CREATE INDEX crm_leads_by_changed ON crm_leads (valid_from, id);
CREATE INDEX crm_activities_by_at ON crm_activities (at, id);

-- The board reads each stage in the order of close days.
DROP INDEX crm_deals_stage_id;
CREATE INDEX crm_deals_stage_id ON crm_deals (stage_id, close_day, id);

-- What the page of a contact, a lead or a campaign lists.
CREATE INDEX crm_deals_contact_id ON crm_deals (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX crm_deals_campaign_id ON crm_deals (campaign_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX crm_leads_campaign_id ON crm_leads (campaign_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX crm_activities_contact_id ON crm_activities (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX crm_activities_lead_id ON crm_activities (lead_id) WHERE lead_id IS NOT NULL;

DROP INDEX crm_field_values_text;
CREATE INDEX crm_field_values_text ON crm_field_values (field_id, text_folded, record_id);
DROP INDEX crm_field_values_number;
CREATE INDEX crm_field_values_number ON crm_field_values (field_id, number, record_id);

-- The index of global search, which follows the change feed. It may lag behind: what it finds is checked against the
-- records.
CREATE TABLE crm_words (
    object TEXT NOT NULL,
    word TEXT NOT NULL,      -- the key of a word, or a word and those that follow it, transliterated
    record_id UUID NOT NULL,
    PRIMARY KEY (object, word, record_id)
);
CREATE TABLE crm_searched (
    record_id UUID PRIMARY KEY,
    object TEXT NOT NULL,
    changed BIGINT NOT NULL, -- number of the transaction that changed the record last
    words TEXT NOT NULL      -- those of crm_words, with a space before and after each
);
CREATE INDEX crm_searched_changed ON crm_searched (object, changed, record_id);
CREATE TABLE crm_search_mark (
    only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    incarnation UUID NOT NULL,
    position BIGINT NOT NULL,    -- of the change feed: transactions numbered below are in the index
    sweep_object TEXT NOT NULL,  -- whose records are being read for the first time; '' = all have been
    sweep_after UUID             -- the last of them that was; NULL = none
);
