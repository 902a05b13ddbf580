package metric

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// builder collects what a statement asks one source: the joins that its fragments need, and the statement's parameters.
type builder struct {
	*parameters
	source Source
	query  Query
	joins  map[string]bool
}

// parameters are those of a statement, which may ask several sources.
type parameters struct {
	args    []any
	already map[any]string // those that occur again
}

// Statement is a compiled query. Its columns are, for each dimension, text and ID, and then those of aggregates.
type Statement struct {
	SQL  string
	Args []any
	by   []dimension
	also []string
}

// dimension is one thing that a query groups by.
type dimension struct {
	name  string
	key   string // SQL over f
	field Field
	grain value.Grain // of a period; "" for fields
}

func (c *Catalog) builder(source string, q Query) (*builder, error) {
	s, ok := c.Sources[source]
	if !ok {
		return nil, fault.New(fault.Internal, "metric: there is no source %q", source)
	}
	return newBuilder(s, q), nil
}

func newBuilder(s Source, q Query) *builder {
	return &builder{parameters: &parameters{already: map[any]string{}}, source: s, query: q, joins: map[string]bool{}}
}

// arg passes a value as a parameter.
func (p *parameters) arg(v any) string {
	if name, known := p.already[v]; known {
		return name
	}
	p.args = append(p.args, v)
	p.already[v] = "$" + strconv.Itoa(len(p.args))
	return p.already[v]
}

func (b *builder) need(join string) {
	if join != "" {
		b.joins[join] = true
	}
}

// compile writes the statement of a definition that is computed by one.
func (c *Catalog) compile(d Definition, q Query) (Statement, error) {
	if s := c.Sources[d.Source]; s.Opening {
		q = q.withPeriod()
		if q.First.Start(q.zone()) > q.asOf() {
			return Statement{}, fault.InvalidField("period", "begins on %s, after the moment asked about", q.First)
		}
	}
	b, err := c.builder(d.Source, q)
	if err != nil {
		return Statement{}, err
	}
	by, err := b.dimensions(d, q.By)
	if err != nil {
		return Statement{}, err
	}
	if d.Kind == KindSurvival {
		return b.survival(d, by)
	}
	columns, also, err := b.aggregates(d)
	if err != nil {
		return Statement{}, err
	}
	where, err := b.where(d.Filter)
	if err != nil {
		return Statement{}, err
	}
	return b.statement(b.labelled(by, b.grouped(by, columns, where), columnNames(len(also))), by, also), nil
}

// grouped is the SELECT of aggregates over the rows of the source.
func (b *builder) grouped(by []dimension, columns []string, where string) string {
	return "SELECT " + keyList(by) + strings.Join(columns, ",\n    ") + "\n  FROM " + b.source.Table + " f" +
		b.source.joinsFor(b.joins) + "\n  WHERE " + where + groupBy(len(by))
}

func (b *builder) statement(sql string, by []dimension, also []string) Statement {
	return Statement{SQL: b.instants(sql), Args: b.args, by: by, also: also}
}

// instants replaces the placeholders of the source's fragments by parameters.
func (b *builder) instants(sql string) string {
	q := b.query
	asOf := q.asOf()
	t, end := asOf, asOf
	if b.source.Opening {
		t, end = q.First.Start(q.zone()), min(asOf, q.Last.End(q.zone())-1)
	}
	if q.Hierarchy != HierarchyCurrent {
		sql = strings.ReplaceAll(sql, "{at}", b.source.At)
	}
	for _, p := range []struct {
		placeholder string
		value       int64
	}{{"{at}", int64(q.Now)}, {"{t}", int64(t)}, {"{end}", int64(end)}, {"{as_of}", int64(asOf)},
		{"{as_of_day}", int64(value.DayOf(asOf.Time().In(q.zone())))}, {"{first_day}", int64(q.First)}, {"{last_day}", int64(q.Last)}} {
		if strings.Contains(sql, p.placeholder) {
			sql = strings.ReplaceAll(sql, p.placeholder, b.arg(p.value))
		}
	}
	return sql
}

// where is the whole condition on rows: in force, of the source, of the metric, in the period, filtered, in scope.
func (b *builder) where(filter string) (string, error) {
	parts := []string{"f.valid_from <= {t} AND {t} < f.valid_to"}
	if b.source.Where != "" {
		parts = append(parts, b.source.Where)
	}
	for _, text := range []string{filter, b.query.Where} {
		if len(text) > maxFilter {
			return "", fault.InvalidField("where", "is longer than %d characters", maxFilter)
		}
		condition, err := b.condition(text)
		if err != nil {
			return "", err
		}
		if condition != "" {
			parts = append(parts, condition)
		}
	}
	if b.query.hasPeriod() && !b.source.Opening {
		period, err := b.period()
		if err != nil {
			return "", err
		}
		parts = append(parts, period)
	}
	if scope := b.scope(); scope != "" {
		parts = append(parts, scope)
	}
	return strings.Join(parts, "\n    AND "), nil
}

// period limits rows to the days asked for.
func (b *builder) period() (string, error) {
	if b.source.Day == "" {
		return "", fault.InvalidField("period", "this metric describes a moment, not a period: ask for it as of a day instead")
	}
	return b.source.Day + " BETWEEN " + b.arg(int64(b.query.First)) + " AND " + b.arg(int64(b.query.Last)), nil
}

// scope limits rows to what the asker may see.
func (b *builder) scope() string {
	s := b.query.Scope
	if s.All {
		return ""
	}
	var parts []string
	if len(s.People) > 0 {
		parts = append(parts, strings.ReplaceAll(b.source.Scope.People, "{ids}", b.ids(s.People)))
	}
	if len(s.Teams) > 0 {
		b.need(b.source.Scope.TeamJoin)
		parts = append(parts, strings.ReplaceAll(b.source.Scope.Teams, "{ids}", b.ids(s.Teams)))
	}
	if len(parts) == 0 {
		return "FALSE"
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

func (b *builder) ids(ids []value.ID) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = b.arg(id.String())
	}
	return strings.Join(list, ", ")
}

// dimensions resolves what to group by: the query's wish, or else the definition's.
func (b *builder) dimensions(d Definition, wish []string) ([]dimension, error) {
	if len(wish) == 0 {
		wish = d.By
	}
	by := make([]dimension, len(wish))
	for i, name := range wish {
		by[i].name = name
		switch grain := value.Grain(name); {
		case b.source.Month != "" && (grain == value.GrainMonth || grain == value.GrainQuarter || grain == value.GrainYear):
			months := strconv.Itoa(grain.Months())
			by[i].grain = grain
			by[i].key = "CAST((" + b.source.Month + " - " + b.source.Month + " % " + months + ") / " + months + " AS INTEGER)"
			continue
		}
		f, ok := b.source.Fields[name]
		if !ok || f.Type != FieldWord || f.Hidden {
			return nil, fault.InvalidField("by", "%s cannot be cut by %q; it can by %s", d.ID, name, strings.Join(b.source.Dimensions(), ", "))
		}
		b.need(f.Join)
		by[i].key, by[i].field = f.SQL, f
	}
	return by, nil
}

func keyList(by []dimension) string {
	var text strings.Builder
	for i, d := range by {
		fmt.Fprintf(&text, "%s AS k%d, ", d.key, i)
	}
	return text.String()
}

// groupBy groups by the first n columns.
func groupBy(n int) string {
	if n == 0 {
		return ""
	}
	keys := make([]string, n)
	for i := range keys {
		keys[i] = strconv.Itoa(i + 1)
	}
	return "\n  GROUP BY " + strings.Join(keys, ", ")
}

// labelled wraps a statement that gives keys k0, k1, … so that it gives texts and IDs, sorted. Texts are joined after the
// rows were added up.
func (b *builder) labelled(by []dimension, inner string, columns []string) string {
	var labels, joins, order []string
	for i, d := range by {
		if d.grain != "" {
			labels = append(labels, fmt.Sprintf("COALESCE(CAST(a.k%d AS TEXT), '')", i), "''")
			order = append(order, fmt.Sprintf("a.k%d", i))
			continue
		}
		l := d.field.Lookup
		id := "''"
		if l.ID != "" {
			id = fmt.Sprintf("l%d.%s", i, l.ID)
		}
		labels = append(labels, fmt.Sprintf("l%d.%s", i, l.Text), id)
		joins = append(joins, fmt.Sprintf("\nJOIN %s l%d ON l%d.key = a.k%d", l.Table, i, i, i))
		for _, column := range append(slices.Clone(l.Order), l.Text) {
			order = append(order, fmt.Sprintf("l%d.%s", i, column))
		}
		order = append(order, fmt.Sprintf("a.k%d", i)) // two records may have one name
	}
	for _, c := range columns {
		labels = append(labels, "a."+c)
	}
	sql := "SELECT " + strings.Join(labels, ", ") + "\nFROM (\n  " + inner + "\n) a" + strings.Join(joins, "")
	if len(order) > 0 {
		sql += "\nORDER BY " + strings.Join(order, ", ")
	}
	limit := b.query.Limit
	if limit <= 0 || limit > MaxCells {
		limit = MaxCells
	}
	return sql + "\nLIMIT " + strconv.Itoa(limit+1)
}
