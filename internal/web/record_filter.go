package web

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	g "maragu.dev/gomponents"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// filterChoices are what the filters of a list offer, by the key of their field.
type filterChoices map[string][]ui.Option

const (
	valuesLooked = 5_000 // records among whose values those that a filter offers are looked for
	valuesMost   = 100   // that a filter offers
)

// loadFilterChoices reads what the filters of a list offer, within the rows that the visitor may see.
func loadFilterChoices(ctx context.Context, tx *db.Tx, a *answers, v visit, q listQuestion) (filterChoices, error) {
	choices := filterChoices{}
	for _, f := range q.filters {
		var err error
		switch {
		case f.Kind == crm.Choice:
			for _, choice := range f.Choices {
				choices[f.key] = append(choices[f.key], ui.Option{Value: choice, Label: choiceLabel(v.view.Lang, f.Field, f.custom, choice)})
			}
		case f.Kind == crm.Bool:
			choices[f.key] = []ui.Option{{Value: "true", Label: v.T("record.yes")}, {Value: "false", Label: v.T("record.no")}}
		case f.Kind == crm.Text:
			key := fmt.Sprint("values ", q.kind.object.Name, " ", f.Name, " ", v.access.Scope)
			choices[f.key], err = recent(a, key, func() ([]ui.Option, error) { return valuesOf(ctx, tx, v, q.kind.object, f.Field) })
		case f.Kind == crm.Reference && f.Ref == "person":
			choices[f.key], err = peopleChoices(ctx, tx, v.access.Scope)
		case f.Kind == crm.Reference && f.Ref == "stage":
			choices[f.key], err = stageChoices(ctx, tx, v)
		}
		if err != nil {
			return nil, err
		}
	}
	if q.kind.object.Field("owner") < 0 {
		return choices, nil
	}
	teams, err := identity.TeamsAt(ctx, tx, v.now)
	if err != nil {
		return nil, err
	}
	for _, t := range teams {
		choices[paramTeam] = append(choices[paramTeam], ui.Option{Value: t.ID.String(), Label: t.Name})
		if region := (ui.Option{Value: t.Region, Label: t.Region}); t.Region != "" && !slices.Contains(choices[paramArea], region) {
			choices[paramArea] = append(choices[paramArea], region)
		}
	}
	return choices, nil
}

// valuesOf lists the texts that a field has, among the first of the records in scope.
func valuesOf(ctx context.Context, tx *db.Tx, v visit, o *crm.Object, f crm.Field) ([]ui.Option, error) {
	var args []any
	// sql: a table and a column of the dictionary, and the condition of the scope
	rows, err := tx.Query(ctx, `SELECT DISTINCT x FROM (SELECT t.`+f.Column()+` AS x FROM `+o.Table.Current+` t WHERE NOT t.deleted AND `+
		crm.VisibleSQL(o, "t", v.access.Scope, &args)+` LIMIT `+strconv.Itoa(valuesLooked)+`) looked WHERE x IS NOT NULL ORDER BY x LIMIT `+strconv.Itoa(valuesMost), args...)
	if err != nil {
		return nil, fmt.Errorf("web: list values of %s: %w", f.Name, err)
	}
	defer rows.Close()
	var options []ui.Option
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("web: list values of %s: %w", f.Name, err)
		}
		options = append(options, ui.Option{Value: text, Label: text})
	}
	return options, rows.Err()
}

// peopleChoices are the people whose rows are in scope.
func peopleChoices(ctx context.Context, tx *db.Tx, scope identity.Scope) ([]ui.Option, error) {
	var args []any
	rows, err := tx.Query(ctx, `SELECT p.id, COALESCE(p.name, '') FROM identity_people p WHERE NOT p.deleted AND `+scope.SQL("p.id", &args)+
		` ORDER BY p.folded, p.id LIMIT 1000`, args...) // sql: the scope's condition
	if err != nil {
		return nil, fmt.Errorf("web: list people: %w", err)
	}
	defer rows.Close()
	var options []ui.Option
	for rows.Next() {
		var id value.ID
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("web: list people: %w", err)
		}
		options = append(options, ui.Option{Value: id.String(), Label: name})
	}
	return options, rows.Err()
}

// stageChoices are the stages in their order, with the pipeline's name where there are several.
func stageChoices(ctx context.Context, tx *db.Tx, v visit) ([]ui.Option, error) {
	ladders, err := loadLadders(ctx, tx)
	if err != nil {
		return nil, err
	}
	var options []ui.Option
	for _, l := range ladders {
		for _, s := range l.stages {
			label := s.Name
			if len(ladders) > 1 {
				label = v.T("home.stage_of", "stage", s.Name, "pipeline", l.name)
			}
			options = append(options, ui.Option{Value: s.ID.String(), Label: label})
		}
	}
	return options, nil
}

// controls draws the filters: the first few at once, the others on demand.
func (l recordList) controls() g.Node {
	items := l.filterItems()
	const atOnce = 4
	f := ui.Filters{Action: l.kind.list, Keep: l.keptByFilters(items), Items: items[:min(atOnce, len(items))], More: items[min(atOnce, len(items)):]}
	if l.isFiltered() {
		f.Clear = l.cleared()
	}
	return f.Node(l.v.view)
}

// keptByFilters is what of the address no filter says.
func (l recordList) keptByFilters(items []ui.Filter) map[string]string {
	var names []string
	for _, item := range items {
		names = append(names, item.Name)
	}
	return l.without(names...)
}

// cleared is the address without filters.
func (l recordList) cleared() string {
	var pairs []string
	for name := range l.without(paramSort, paramCols, paramAsOf, "status") {
		pairs = append(pairs, name, "")
	}
	return l.address(l.kind.list, pairs...)
}

func (l recordList) filterItems() []ui.Filter {
	v := l.v
	items := []ui.Filter{{Name: paramText, Label: v.T("record.filter.text"), Type: "search", Value: l.query.Get(paramText)}}
	all := ui.Option{Label: v.T("record.filter.any")}
	for _, f := range l.filters {
		label := labelIn(v.view.Lang, f.Label)
		switch f.Kind {
		case crm.Money, crm.Number, crm.Integer, crm.Day, crm.Instant:
			kind := "date"
			if f.isFigure() {
				kind = "text"
			}
			items = append(items,
				ui.Filter{Name: f.key + "_from", Label: v.T("record.filter.from", "field", label), Type: kind, Value: l.query.Get(f.key + "_from")},
				ui.Filter{Name: f.key + "_to", Label: v.T("record.filter.to", "field", label), Type: kind, Value: l.query.Get(f.key + "_to")})
		default:
			if options := l.choices[f.key]; len(options) > 0 {
				options = slices.Concat([]ui.Option{all}, options, []ui.Option{{Value: filterNone, Label: v.T("record.filter.empty")}})
				items = append(items, ui.Filter{Name: f.key, Label: label, Value: l.query.Get(f.key), Options: options})
			}
		}
	}
	for _, name := range []string{paramTeam, paramArea} {
		if options := l.choices[name]; len(options) > 0 {
			items = append(items, ui.Filter{Name: name, Label: v.T("record.filter." + name), Value: l.query.Get(name), Options: append([]ui.Option{all}, options...)})
		}
	}
	return items
}
