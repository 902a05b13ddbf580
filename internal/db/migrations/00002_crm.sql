-- +goose Up

CREATE TABLE crm_pipelines (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    name TEXT,
    position BIGINT
);

CREATE TABLE crm_pipeline_versions (
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
    position BIGINT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_pipeline_versions_tx ON crm_pipeline_versions (tx_no);

CREATE TABLE crm_stages (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    pipeline_id UUID,
    name TEXT,
    position BIGINT,
    outcome TEXT,
    probability DOUBLE PRECISION,
    forecast_category TEXT,
    qualified BOOLEAN
);
CREATE INDEX crm_stages_pipeline_id ON crm_stages (pipeline_id);

CREATE TABLE crm_stage_versions (
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
    pipeline_id UUID,
    name TEXT,
    position BIGINT,
    outcome TEXT,
    probability DOUBLE PRECISION,
    forecast_category TEXT,
    qualified BOOLEAN,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_stage_versions_tx ON crm_stage_versions (tx_no);

CREATE TABLE crm_accounts (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    name TEXT,
    domain TEXT,
    phone TEXT,
    industry TEXT,
    segment TEXT,
    kind TEXT,
    rating TEXT,
    country TEXT,
    region TEXT,
    city TEXT,
    postal_code TEXT,
    employees BIGINT,
    annual_revenue_minor BIGINT,
    currency TEXT,
    founded_year BIGINT,
    parent_id UUID,
    owner_id UUID,
    source TEXT,
    description TEXT
);
CREATE INDEX crm_accounts_owner_id ON crm_accounts (owner_id);
CREATE INDEX crm_accounts_parent_id ON crm_accounts (parent_id);

CREATE TABLE crm_account_versions (
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
    domain TEXT,
    phone TEXT,
    industry TEXT,
    segment TEXT,
    kind TEXT,
    rating TEXT,
    country TEXT,
    region TEXT,
    city TEXT,
    postal_code TEXT,
    employees BIGINT,
    annual_revenue_minor BIGINT,
    currency TEXT,
    founded_year BIGINT,
    parent_id UUID,
    owner_id UUID,
    source TEXT,
    description TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_account_versions_tx ON crm_account_versions (tx_no);

CREATE TABLE crm_contacts (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    first_name TEXT,
    last_name TEXT,
    email TEXT,
    phone TEXT,
    mobile TEXT,
    title TEXT,
    department TEXT,
    account_id UUID,
    owner_id UUID,
    source TEXT,
    description TEXT
);
CREATE INDEX crm_contacts_account_id ON crm_contacts (account_id);
CREATE INDEX crm_contacts_owner_id ON crm_contacts (owner_id);

CREATE TABLE crm_contact_versions (
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
    first_name TEXT,
    last_name TEXT,
    email TEXT,
    phone TEXT,
    mobile TEXT,
    title TEXT,
    department TEXT,
    account_id UUID,
    owner_id UUID,
    source TEXT,
    description TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_contact_versions_tx ON crm_contact_versions (tx_no);

CREATE TABLE crm_leads (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    first_name TEXT,
    last_name TEXT,
    company TEXT,
    email TEXT,
    phone TEXT,
    mobile TEXT,
    title TEXT,
    website TEXT,
    status TEXT,
    source TEXT,
    rating TEXT,
    industry TEXT,
    country TEXT,
    owner_id UUID,
    campaign_id UUID,
    account_id UUID,
    contact_id UUID,
    deal_id UUID,
    converted_at BIGINT,
    description TEXT
);
CREATE INDEX crm_leads_owner_id ON crm_leads (owner_id);

CREATE TABLE crm_lead_versions (
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
    first_name TEXT,
    last_name TEXT,
    company TEXT,
    email TEXT,
    phone TEXT,
    mobile TEXT,
    title TEXT,
    website TEXT,
    status TEXT,
    source TEXT,
    rating TEXT,
    industry TEXT,
    country TEXT,
    owner_id UUID,
    campaign_id UUID,
    account_id UUID,
    contact_id UUID,
    deal_id UUID,
    converted_at BIGINT,
    description TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_lead_versions_tx ON crm_lead_versions (tx_no);

CREATE TABLE crm_products (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    name TEXT,
    code TEXT,
    family TEXT,
    list_price_minor BIGINT,
    currency TEXT,
    active BOOLEAN,
    description TEXT
);

CREATE TABLE crm_product_versions (
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
    code TEXT,
    family TEXT,
    list_price_minor BIGINT,
    currency TEXT,
    active BOOLEAN,
    description TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_product_versions_tx ON crm_product_versions (tx_no);

CREATE TABLE crm_price_books (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    name TEXT,
    active BOOLEAN,
    description TEXT
);

CREATE TABLE crm_price_book_versions (
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
    active BOOLEAN,
    description TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_price_book_versions_tx ON crm_price_book_versions (tx_no);

CREATE TABLE crm_prices (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    price_book_id UUID,
    product_id UUID,
    price_minor BIGINT,
    currency TEXT
);
CREATE INDEX crm_prices_price_book_id ON crm_prices (price_book_id);

CREATE TABLE crm_price_versions (
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
    price_book_id UUID,
    product_id UUID,
    price_minor BIGINT,
    currency TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_price_versions_tx ON crm_price_versions (tx_no);

CREATE TABLE crm_campaigns (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    name TEXT,
    kind TEXT,
    status TEXT,
    start_day BIGINT,
    end_day BIGINT,
    budget_minor BIGINT,
    cost_minor BIGINT,
    currency TEXT,
    parent_id UUID,
    owner_id UUID,
    description TEXT
);

CREATE TABLE crm_campaign_versions (
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
    kind TEXT,
    status TEXT,
    start_day BIGINT,
    end_day BIGINT,
    budget_minor BIGINT,
    cost_minor BIGINT,
    currency TEXT,
    parent_id UUID,
    owner_id UUID,
    description TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_campaign_versions_tx ON crm_campaign_versions (tx_no);

CREATE TABLE crm_deals (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    name TEXT,
    account_id UUID,
    contact_id UUID,
    owner_id UUID,
    stage_id UUID,
    amount_minor BIGINT,
    currency TEXT,
    probability DOUBLE PRECISION,
    forecast_category TEXT,
    close_day BIGINT,
    kind TEXT,
    source TEXT,
    lost_reason TEXT,
    next_step TEXT,
    campaign_id UUID,
    product_id UUID,
    description TEXT
);
CREATE INDEX crm_deals_account_id ON crm_deals (account_id);
CREATE INDEX crm_deals_owner_id ON crm_deals (owner_id);
CREATE INDEX crm_deals_stage_id ON crm_deals (stage_id);

CREATE TABLE crm_deal_versions (
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
    account_id UUID,
    contact_id UUID,
    owner_id UUID,
    stage_id UUID,
    amount_minor BIGINT,
    currency TEXT,
    probability DOUBLE PRECISION,
    forecast_category TEXT,
    close_day BIGINT,
    kind TEXT,
    source TEXT,
    lost_reason TEXT,
    next_step TEXT,
    campaign_id UUID,
    product_id UUID,
    description TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_deal_versions_tx ON crm_deal_versions (tx_no);

CREATE TABLE crm_line_items (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    deal_id UUID,
    product_id UUID,
    name TEXT,
    quantity DOUBLE PRECISION,
    list_price_minor BIGINT,
    price_minor BIGINT,
    total_minor BIGINT,
    currency TEXT
);
CREATE INDEX crm_line_items_deal_id ON crm_line_items (deal_id);

CREATE TABLE crm_line_item_versions (
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
    deal_id UUID,
    product_id UUID,
    name TEXT,
    quantity DOUBLE PRECISION,
    list_price_minor BIGINT,
    price_minor BIGINT,
    total_minor BIGINT,
    currency TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_line_item_versions_tx ON crm_line_item_versions (tx_no);

CREATE TABLE crm_activities (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    kind TEXT,
    subject TEXT,
    at BIGINT,
    duration_s BIGINT,
    status TEXT,
    direction TEXT,
    automated BOOLEAN,
    owner_id UUID,
    account_id UUID,
    contact_id UUID,
    lead_id UUID,
    deal_id UUID,
    description TEXT
);
CREATE INDEX crm_activities_deal_id ON crm_activities (deal_id);
CREATE INDEX crm_activities_account_id ON crm_activities (account_id);
CREATE INDEX crm_activities_owner_id ON crm_activities (owner_id);

CREATE TABLE crm_activity_versions (
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
    kind TEXT,
    subject TEXT,
    at BIGINT,
    duration_s BIGINT,
    status TEXT,
    direction TEXT,
    automated BOOLEAN,
    owner_id UUID,
    account_id UUID,
    contact_id UUID,
    lead_id UUID,
    deal_id UUID,
    description TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_activity_versions_tx ON crm_activity_versions (tx_no);

CREATE TABLE crm_quotas (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    person_id UUID,
    team_id UUID,
    measure TEXT,
    first_day BIGINT,
    last_day BIGINT,
    amount_minor BIGINT,
    currency TEXT
);
CREATE INDEX crm_quotas_person_id ON crm_quotas (person_id);

CREATE TABLE crm_quota_versions (
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
    person_id UUID,
    team_id UUID,
    measure TEXT,
    first_day BIGINT,
    last_day BIGINT,
    amount_minor BIGINT,
    currency TEXT,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_quota_versions_tx ON crm_quota_versions (tx_no);

CREATE TABLE crm_rates (
    id UUID PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    tx_no BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    folded TEXT NOT NULL,
    custom TEXT,
    currency TEXT,
    day BIGINT,
    rate DOUBLE PRECISION
);

CREATE TABLE crm_rate_versions (
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
    currency TEXT,
    day BIGINT,
    rate DOUBLE PRECISION,
    PRIMARY KEY (id, no)
);
CREATE INDEX crm_rate_versions_tx ON crm_rate_versions (tx_no);

CREATE TABLE crm_fields (
    id UUID PRIMARY KEY,
    object TEXT NOT NULL,
    name TEXT NOT NULL,
    label_en TEXT NOT NULL,
    label_ru TEXT NOT NULL,
    kind TEXT NOT NULL,
    ref_object TEXT,
    choices TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (object, name)
);

CREATE TABLE crm_field_values (
    record_id UUID NOT NULL,
    field_id UUID NOT NULL,
    text_folded TEXT,
    number DOUBLE PRECISION,
    PRIMARY KEY (record_id, field_id)
);
CREATE INDEX crm_field_values_text ON crm_field_values (field_id, text_folded);
CREATE INDEX crm_field_values_number ON crm_field_values (field_id, number);
