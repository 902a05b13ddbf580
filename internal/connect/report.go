package connect

import (
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/value"
)

// Report says what an import did, or would do. Its lists are bounded; its counts are not.
type Report struct {
	ID         value.ID      `json:"id"` // for Undo; zero when nothing was begun
	Source     string        `json:"source"`
	DryRun     bool          `json:"dry_run,omitempty"`
	Resumed    bool          `json:"resumed,omitempty"` // an interrupted run of the same import was taken up
	StartedAt  value.Instant `json:"started_at"`        // of the first run
	DurationMs int64         `json:"duration_ms"`       // of this run
	RowsPerS   float64       `json:"rows_per_s"`

	Tables       []TableReport      `json:"tables"`
	Made         []Made             `json:"made"`          // records that were not in the files but named by them
	Rejections   []Rejection        `json:"rejections"`    // the first ones
	Reasons      []Count            `json:"reasons"`       // of all rejections
	Unresolved   []Unresolved       `json:"unresolved"`    // references that were left empty
	Questions    []mapping.Question `json:"questions"`     // nothing is imported while there are any
	Notes        []Note             `json:"notes"`         // what was decided where the files left it open
	CustomFields []FieldOffer       `json:"custom_fields"` // columns that were left out and could be custom fields
	LeftOut      []LeftOut          `json:"left_out"`      // files and tables that were not imported
	Mapping      *mapping.Mapping   `json:"mapping"`       // as used: save it, edit it, use it again
}

// TableReport counts what became of the rows of one table.
type TableReport struct {
	Path      string        `json:"path"`
	Object    string        `json:"object"`
	Shape     mapping.Shape `json:"shape"`
	Read      int64         `json:"read"`
	Created   int64         `json:"created"`   // records made
	Updated   int64         `json:"updated"`   // records changed; of histories, records whose past changed
	Unchanged int64         `json:"unchanged"` // rows that said nothing new
	Rejected  int64         `json:"rejected"`
}

// Made counts records that were made because rows name them.
type Made struct {
	Object  string `json:"object"`
	Records int64  `json:"records"`
}

// Rejection is a row that was not imported.
type Rejection struct {
	File   string `json:"file"`
	Line   int64  `json:"line"`             // physical line on which the row starts, from 1
	Column string `json:"column,omitempty"` // header; "" when it is about the whole row
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason"` // what is wrong and what would be right
}

// Count is how often something was met.
type Count struct {
	What string `json:"what"`
	Rows int64  `json:"rows"`
}

// Unresolved is a value of a reference that names no record, or several.
type Unresolved struct {
	File      string   `json:"file"`
	Column    string   `json:"column"`
	Object    string   `json:"object"` // that it should name
	Value     string   `json:"value"`
	Rows      int64    `json:"rows"`
	Reason    string   `json:"reason"`
	Suggested []string `json:"suggested,omitempty"` // names much alike: say so with "values" of the column in the mapping
}

// Note is something decided while importing. Code is for translation, Text is English.
type Note struct {
	Code string `json:"code"`
	File string `json:"file,omitempty"`
	Rows int64  `json:"rows,omitempty"` // that it is about; 0 = the whole file
	Text string `json:"text"`
}

// FieldOffer is a column that could become a custom field.
type FieldOffer struct {
	File   string `json:"file"`
	Column string `json:"column"`
	Object string `json:"object"`
}

// LeftOut is a file, sheet or table that was not imported.
type LeftOut struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Totals adds up all tables.
func (r *Report) Totals() TableReport {
	var sum TableReport
	for _, t := range r.Tables {
		sum.Read += t.Read
		sum.Created += t.Created
		sum.Updated += t.Updated
		sum.Unchanged += t.Unchanged
		sum.Rejected += t.Rejected
	}
	return sum
}
