package mapping

import "fmt"

// Reason says why something was decided. Code and Args are for translation; String is English.
type Reason struct {
	Code string `json:"code"`
	Args []any  `json:"args,omitempty"`
}

// The codes of reasons with their English text; %v stand for Args in order.
var reasonTexts = map[string]string{
	// Why a table is what it is, or is left out.
	"table_vendor":       "looks like %v of %v",
	"table_generic":      "column names are those of %v",
	"table_wish":         "as you said",
	"table_wish_out":     "left out, as you said",
	"table_unknown":      "left out: the columns are not those of any record known here",
	"table_unsure":       "left out until you say what it holds: it could be %v",
	"table_known":        "left out: %v",
	"table_dictionary":   "left out: it describes the columns of other tables and has no records",
	"table_incomplete":   "left out: no column gives %v",
	"table_empty":        "left out: it has no columns",
	"table_wrong_object": "left out: you said it holds %v, which is no object; there are %v",

	// Why a column has its target, or none.
	"column_vendor":    "%v calls it so",
	"column_generic":   "a usual name for it",
	"column_id":        "its values are spelled like IDs of %v",
	"column_ignored":   "known, and of no use here",
	"column_unknown":   "not known",
	"column_custom":    "not known: becomes a custom field",
	"column_double":    "%q already gives the same",
	"column_unfit":     "named like %v, but its values are not such: %v",
	"column_similar":   "not known; spelled almost like %q",
	"column_table_out": "its table is left out",

	// What a person should know before importing.
	"missing_required": "no column gives %v, which every %v needs",
	"missing_id":       "no column gives the record's ID: records are recognised by name, so importing again after a renaming makes a second record",
	"answer_unfit":     "your answer %v does not fit the column, whose values decide for %v",
	"date_mixed":       "%v dates can only be day first, and %v only month first: those that do not fit will be rejected",
	"currencies_mixed": "amounts are in several currencies: %v",
}

// String is the reason in English.
func (r Reason) String() string { return fmt.Sprintf(reasonTexts[r.Code], r.Args...) }

func because(code string, args ...any) Reason { return Reason{Code: code, Args: args} }
