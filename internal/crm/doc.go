// Package crm is the company's commercial record: accounts, contacts, leads, deals with their line items, products and
// prices, activities, campaigns, pipelines with stages, quotas and exchange rates. What an object consists of is data (see
// Objects), so that screens, API, import and projection share one rule path; every change goes through Apply.
package crm
