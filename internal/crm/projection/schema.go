package projection

import (
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/columnar"
)

// shapeVersion changes when rows of the same shape come to mean something else.
const shapeVersion = 3

// teamLevels is how many levels of the hierarchy can be grouped by, the company itself being level 1.
const teamLevels = 5

// schema is the tables of the projection. What the rows depend on besides the records (calendar, reporting currency,
// stages, rates) is part of the version, so that changing it rebuilds the projection.
func (s *shape) schema() columnar.Schema {
	custom := s.custom
	return columnar.Schema{
		Version: s.fingerprint(),
		Tables: []columnar.Table{
			{Name: "word", Columns: columns("key Int", "text Text")},
			{Name: "outcome", Columns: columns("key Small", "text Text")},
			{Name: "pipeline", Columns: columns("key Small", "id Text", "name Text")},
			{Name: "stage", Columns: columns("key Small", "id Text", "name Text", "pipeline_key Small", "position Small",
				"outcome Small", "probability Double", "qualified Bool")},
			{Name: "person", Columns: columns("key Int", "id Text", "name Text")},
			{Name: "team", Columns: columns("key Int", "id Text", "name Text")},
			{Name: "owner_span", Columns: slices.Concat(columns("person_key Int", "valid_from Big", "valid_to Big", "team_key Int", "region_key Int"), teamColumns())},
			{Name: "product", Columns: columns("key Int", "id Text", "name Text", "family_key Int")},
			{Name: "rate", Columns: columns("currency_key Int", "valid_from Big", "valid_to Big", "factor Double")},
			{Name: "account", Key: "key", Columns: columns("key Int", "id Text", "name Text")},
			{Name: "account_span", Key: "account_key", Columns: columns("account_key Int", "valid_from Big", "valid_to Big", "segment_key Int",
				"industry_key Int", "country_key Int")},
			{Name: "deal", Key: "key", Columns: columns("key Int", "id Text", "name Text")},
			{Name: "deal_version", Key: "deal_key", Columns: slices.Concat(columns("deal_key Int", "valid_from Big", "valid_to Big", "stage_key Small",
				"outcome Small", "amount Big", "probability Double", "forecast_key Int", "close_day Int", "due_month Int"), shared(custom))},
			{Name: "deal_stay", Key: "deal_key", Columns: slices.Concat(columns("deal_key Int", "valid_from Big", "valid_to Big", "stage_key Small", "visit Small",
				"skipped Bool", "entered_at Big", "exited_at Big", "next_visit_at Big", "passed_at Big", "entry_day Int", "entry_month Int"), shared(custom))},
			{Name: "deal_entry", Key: "deal_key", Columns: slices.Concat(columns("deal_key Int", "valid_from Big", "valid_to Big", "stage_key Small", "amount Big",
				"entered_at Big", "entry_day Int", "entry_month Int"), shared(custom))},
			{Name: "deal_closed", Key: "deal_key", Columns: slices.Concat(columns("deal_key Int", "valid_from Big", "valid_to Big", "stage_key Small", "outcome Small",
				"amount Big", "close_day Int", "close_month Int", "closed_at Big", "cycle_s Big", "lost_reason_key Int"), shared(custom))},
		},
	}
}

// shared are the columns by which every table of deals can be cut. amount is in minor units: of the row's currency in
// deal_version, of the reporting currency at the day's rate in deal_entry and deal_closed.
func shared(custom []string) []columnar.Column {
	result := columns("owner_key Int", "account_key Int", "product_key Int", "source_key Int", "kind_key Int", "currency_key Int")
	for i := range custom {
		result = append(result, columnar.Column{Name: customColumn(i), Type: columnar.Int})
	}
	return result
}

// customColumn is the column of the i-th custom field. Its name would not do: it may be of any script and length.
func customColumn(i int) string { return fmt.Sprintf("custom_%d_key", i+1) }

func teamColumns() []columnar.Column {
	var result []columnar.Column
	for level := range teamLevels {
		result = append(result, columnar.Column{Name: fmt.Sprintf("team_%d_key", level+1), Type: columnar.Int})
	}
	return result
}

// columns reads "name Type" pairs.
func columns(specs ...string) []columnar.Column {
	types := map[string]columnar.Type{"Small": columnar.Small, "Int": columnar.Int, "Big": columnar.Big,
		"Double": columnar.Double, "Text": columnar.Text, "Bool": columnar.Bool}
	result := make([]columnar.Column, len(specs))
	for i, spec := range specs {
		var name, kind string
		fmt.Sscanf(spec, "%s %s", &name, &kind)
		result[i] = columnar.Column{Name: name, Type: types[kind]}
	}
	return result
}
