package identity

import (
	"slices"
	"strings"
)

// Capability is something that a role allows. Which rows it applies to is the role's reach.
type Capability string

// The capabilities.
const (
	RecordsView   Capability = "records.view"   // see deals, accounts, contacts, leads and what belongs to them
	DealsEdit     Capability = "deals.edit"     // make and change deals, their line items and activities
	DealsReassign Capability = "deals.reassign" // give records to another owner
	RecordsEdit   Capability = "records.edit"   // make and change accounts, contacts, leads, campaigns and their activities
	RecordsDelete Capability = "records.delete" // delete records, and bring them back
	ChangesUndo   Capability = "changes.undo"   // take changes of others back
	CatalogEdit   Capability = "catalog.edit"   // products, price books and prices
	Import        Capability = "import"         // bring in records from files, and take imports back
	Export        Capability = "export"         // take records out as files
	MetricsView   Capability = "metrics.view"   // see metrics, waterfall and reports
	MetricsDefine Capability = "metrics.define" // define metrics
	ViewsShare    Capability = "views.share"    // save views for others
	FieldsDefine  Capability = "fields.define"  // custom fields
	PipelinesEdit Capability = "pipelines.edit" // pipelines and stages
	RatesEdit     Capability = "rates.edit"     // exchange rates
	TeamsManage   Capability = "teams.manage"   // teams, and who belongs to them
	PeopleManage  Capability = "people.manage"  // people, who may sign in, and with which role
	RolesManage   Capability = "roles.manage"   // the company's own roles
	SettingsEdit  Capability = "settings.edit"  // the company's settings
	AuditView     Capability = "audit.view"     // read the audit log
	TokensOwn     Capability = "tokens.own"     // make API tokens for oneself
	TokensManage  Capability = "tokens.manage"  // see and revoke everybody's API tokens and sessions
	Backup        Capability = "backup"         // make backups
)

// Capabilities lists every capability, in the order in which screens show them.
var Capabilities = []Capability{
	RecordsView, DealsEdit, DealsReassign, RecordsEdit, RecordsDelete, ChangesUndo, CatalogEdit, Import, Export,
	MetricsView, MetricsDefine, ViewsShare, FieldsDefine, PipelinesEdit, RatesEdit,
	TeamsManage, PeopleManage, RolesManage, SettingsEdit, AuditView, TokensOwn, TokensManage, Backup,
}

// joinCapabilities is the stored form of a list.
func joinCapabilities(list []Capability) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = string(c)
	}
	return strings.Join(words, " ")
}

// splitCapabilities reads the stored form. It leaves out what this version of the program does not know, so that nothing
// is allowed by a name that changed its meaning.
func splitCapabilities(text string) []Capability {
	var list []Capability
	for word := range strings.FieldsSeq(text) {
		if c := Capability(word); slices.Contains(Capabilities, c) {
			list = append(list, c)
		}
	}
	return list
}

// normalCapabilities sorts a list as Capabilities does and drops repetitions; unknown holds what is no capability.
func normalCapabilities(list []Capability) (known, unknown []Capability) {
	for _, c := range Capabilities {
		if slices.Contains(list, c) {
			known = append(known, c)
		}
	}
	for _, c := range list {
		if !slices.Contains(Capabilities, c) {
			unknown = append(unknown, c)
		}
	}
	return known, unknown
}
