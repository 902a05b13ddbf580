package mapping

import "zveno.dev/zveno/internal/crm"

// Mapping covers the files of one import.
type Mapping struct {
	Source string  `json:"source"` // the system the files come from: "salesforce", "hubspot", …, "files"; external IDs are unique within it
	Tables []Table `json:"tables"`
}

// Shape says what a row of a table is.
type Shape string

// The shapes.
const (
	Records   Shape = "records"   // one row is one record's present state
	Snapshots Shape = "snapshots" // one row is a record's state from an instant on (Salesforce OpportunityHistory)
	Changes   Shape = "changes"   // one row is one field's new value from an instant on (OpportunityFieldHistory, HubSpot property history)
)

// Table maps one file or sheet.
type Table struct {
	Name    string            `json:"name"`   // of the file without its ending, or of the sheet; * and ? as in file names
	Object  string            `json:"object"` // crm object name; "" = this table is left out
	Shape   Shape             `json:"shape"`
	Columns []Column          `json:"columns"`
	Set     map[string]string `json:"set,omitempty"`    // what fields hold in rows where no column says it: {"kind": "call"} for a table of calls
	Fields  map[string]string `json:"fields,omitempty"` // changes: the source's name of a field → the field of the object; other fields are left out
}

// Column maps one column.
type Column struct {
	Header string            `json:"header"`           // as in the file
	Target string            `json:"target"`           // a field of the object, "custom.<name>", one of the special targets, or "" = left out
	Format string            `json:"format,omitempty"` // how to read it, see Format; for days and instants "ymd", "dmy" or "mdy"; for numbers "point" or "comma"; for money also a currency, "comma EUR"
	Create bool              `json:"create,omitempty"` // a reference that resolves to nothing makes the record it names (people, teams, stages, products)
	Kind   crm.Kind          `json:"kind,omitempty"`   // of a custom field that is not there yet
	Values map[string]string `json:"values,omitempty"` // what the source writes → what is meant, "" = no value: {"BestCase": "best_case", "not closed": ""}
}

// Special targets, besides the object's own fields.
const (
	TargetID         = "@id"         // the record's ID in the source
	TargetCreatedAt  = "@created"    // since when the record exists
	TargetModifiedAt = "@modified"   // since when its present state holds, at the latest
	TargetAuthor     = "@author"     // who made the change
	TargetDeleted    = "@deleted"    // whether the source has deleted it
	TargetPipeline   = "@pipeline"   // the name of the pipeline that the stage belongs to
	TargetClosed     = "@closed"     // deals: whether the stage is a closed one
	TargetWon        = "@won"        // deals: whether the stage is the won one
	TargetWonAmount  = "@won_amount" // deals: an amount that is known only once the deal is won
	TargetManager    = "@manager"    // people: the manager's name; makes the team that the manager leads
	TargetOffice     = "@office"     // people: the region of the team
	TargetRecord     = "@record"     // snapshots and changes: the ID in the source of the record that the row is about
	TargetAt         = "@at"         // snapshots and changes: from when on the row holds
	TargetField      = "@field"      // changes: the name of the field in the source
	TargetNewValue   = "@new"        // changes: the value from then on
	TargetOldValue   = "@old"        // changes: the value until then
	TargetFullName   = "@full_name"  // contacts, leads: first and last name in one
)
