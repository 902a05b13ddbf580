package mapping

import (
	"slices"

	"zveno.dev/zveno/internal/connect/tabular"
)

// Described is what a table looks like: all that Propose needs to know of it.
type Described struct {
	Name    string                  // of the file without its ending, or of the sheet
	Header  []string                // all different
	Columns []tabular.ColumnProfile // one for each header; none when the table was not profiled
}

// Wish is what the user said beforehand, or answered to the questions of an earlier proposal. The zero Wish leaves
// everything to the evidence.
type Wish struct {
	Source       string            // name of the vendor or of a source of one's own; "" = recognise
	Currency     string            // ISO 4217, of amounts that do not name theirs
	DateOrder    string            // "dmy", "mdy" or "ymd", for columns whose values do not decide it
	Objects      map[string]string // table name → object that it holds, or "" to leave it out
	CustomFields bool              // unknown columns become custom fields
	Answers      []Answer
}

// Answer is a choice among the options of a Question.
type Answer struct {
	Table  string
	Column string // "" for a question about the table
	Option string
}

// Proposal is a mapping with the reasons for it.
type Proposal struct {
	Mapping   Mapping         `json:"mapping"`
	Tables    []TableDecision `json:"tables"`    // as many as tables were described, in their order
	Questions []Question      `json:"questions"` // nothing may be imported while there are any
	Warnings  []Warning       `json:"warnings"`
}

// TableDecision says what a table was taken for. The columns are in the order of the header, one decision each.
type TableDecision struct {
	Name       string           `json:"name"`
	Vendor     string           `json:"vendor"` // name of the profile; "" when left out
	Object     string           `json:"object"` // "" = left out
	Shape      Shape            `json:"shape"`
	Confidence float64          `json:"confidence"` // 0–1
	Reason     Reason           `json:"reason"`
	Columns    []ColumnDecision `json:"columns"`
}

// ColumnDecision says what a column was taken for.
type ColumnDecision struct {
	Column
	Confidence float64 `json:"confidence"` // 0–1
	Reason     Reason  `json:"reason"`
	Suggested  string  `json:"suggested,omitempty"` // a target that it may have, for a person to decide
}

// Unknown reports whether the column is left out for want of a field that it fits, so that it could be a custom field.
func (d ColumnDecision) Unknown() bool {
	return d.Target == "" && slices.Contains([]string{"column_unknown", "column_similar", "column_unfit", "column_double"}, d.Reason.Code)
}

// Question is something that the files do not decide and that is not guessed. Its answer is an Answer with the same table
// and column and one of the options.
type Question struct {
	Table   string   `json:"table"`
	Column  string   `json:"column,omitempty"`
	Code    string   `json:"code"`
	Args    []any    `json:"args"` // of the text, for translation
	Text    string   `json:"text"` // in English
	Options []string `json:"options"`
	Likely  string   `json:"likely,omitempty"` // the option that other columns of the table speak for
}

// The codes of questions.
const (
	QuestionObject    = "object"     // what a table holds; "" = nothing that is imported
	QuestionDateOrder = "date_order" // of a column: "dmy" or "mdy"
	QuestionDecimal   = "decimal"    // the decimal sign of a column: "point" or "comma"
	QuestionCurrency  = "currency"   // of a column whose currency sign several share
)

// questionTexts has the questions' English text by code; %v stand for Args in order.
var questionTexts = map[string]string{
	QuestionObject:    "What does %v hold: %v, or something that should be left out?",
	QuestionDateOrder: "In which order does column %q of %v write day, month and year? Its values, such as %v in line %v, can be read day first or month first.",
	QuestionDecimal:   "What is the decimal sign in column %q of %v? Its values, such as %v in line %v, can be read with a point or with a comma.",
	QuestionCurrency:  "In which currency are the amounts in column %q of %v? Several are written %q.",
}

// Warning is something that a person should know before importing.
type Warning struct {
	Table  string `json:"table"`
	Column string `json:"column,omitempty"`
	Reason Reason `json:"reason"`
}

// The confidence in a column's target by where it comes from.
const (
	sureVendor  = 1.0 // the vendor's own name in a table recognised as its
	sureGeneral = 0.8 // a usual name
	sureUnfit   = 0.3 // the name fits, the values do not
)
