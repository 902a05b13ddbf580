package connect

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// readingOrder lists the objects so that what others refer to comes first. A reference against this order, or within one
// object, waits until everything has been read (see pending.go).
var readingOrder = []string{
	"person", "team", "pipeline", "stage", "account", "product", "price_book", "price", "contact", "campaign", "lead", "deal",
	"line_item", "activity", "quota", "rate",
}

// tablePlan is what an import does with one table.
type tablePlan struct {
	no     int // in the order of reading
	table  *tabular.Table
	object *crm.Object
	shape  mapping.Shape

	columns  []*column          // those that have a target, in the order of the file
	currency *column            // of the row's currency; nil = none
	keyed    *column            // @id, @record; nil = none
	constant []cell             // fields that hold the same in every row
	fields   map[string]*column // changes: the source's name of a field → how to read its values
	mark     uint64             // differs when the same cells would mean something else
	waits    map[string]bool    // objects of which tables are read later, or this one itself
}

// column is a column that has a target.
type column struct {
	no      int // position in the row
	header  string
	target  string
	field   int // position of the plain field; -1 for special and custom targets
	custom  string
	kind    crm.Kind
	ref     string // object that a Reference refers to
	choices []string

	format  mapping.Format
	decimal tabular.Decimal
	order   tabular.DateOrder
	values  map[string]string // folded cell → what is meant
	create  bool
}

// newPlan joins tables with what the mapping says of each, in the order of reading. Tables that the mapping leaves out are
// not in it.
func newPlan(tables []*tabular.Table, mapped []mapping.Table, o ImportOptions) ([]*tablePlan, error) {
	var plans []*tablePlan
	for i, table := range tables {
		if mapped[i].Object == "" {
			continue
		}
		t, err := newTablePlan(table, &mapped[i], o)
		if err != nil {
			return nil, fmt.Errorf("connect: plan %s: %w", table.Path, err)
		}
		plans = append(plans, t)
	}
	slices.SortStableFunc(plans, func(a, b *tablePlan) int { return cmp.Compare(a.rank(), b.rank()) })
	createAlike(plans)
	for i, t := range plans {
		t.no, t.waits = i, map[string]bool{}
		for _, later := range plans[i:] {
			if later.shape == mapping.Records {
				t.waits[later.object.Name] = true
			}
		}
	}
	return plans, nil
}

// createAlike lets histories make the records that the same field may make in tables of present states: who owned a deal
// once may own none now.
func createAlike(plans []*tablePlan) {
	for _, history := range plans {
		for _, field := range history.fields {
			for _, t := range plans {
				for _, c := range t.columns {
					if t.object == history.object && c.target == field.target && c.create {
						field.create = true
					}
				}
			}
		}
	}
}

// rank orders tables: present states by object, then histories.
func (t *tablePlan) rank() int {
	rank := slices.Index(readingOrder, t.object.Name)
	if t.shape != mapping.Records {
		rank += len(readingOrder)
	}
	return rank
}

// history says whether rows of the table tell of the past of records.
func (t *tablePlan) history() bool { return t.shape != mapping.Records }

func newTablePlan(table *tabular.Table, m *mapping.Table, o ImportOptions) (*tablePlan, error) {
	t := &tablePlan{table: table, object: crm.ObjectNamed(m.Object), shape: cmp.Or(m.Shape, mapping.Records)}
	if t.object == nil {
		return nil, fault.New(fault.Invalid, "the mapping names an unknown object %q", m.Object)
	}
	mark := fnv.New64a()
	fmt.Fprintf(mark, "1|%s|%s|%v|%v|%s|%s|%s|%v", m.Object, t.shape, m.Set, m.Fields, o.Currency, o.zone(), o.DateOrder, o.CustomFields)
	for i, header := range table.Header {
		n := slices.IndexFunc(m.Columns, func(c mapping.Column) bool { return c.Header == header })
		if n < 0 || m.Columns[n].Target == "" {
			continue
		}
		c, err := t.newColumn(i, m.Columns[n], o)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(mark, "|%d %+v", i, m.Columns[n])
		t.add(c)
	}
	t.mark = mark.Sum64()
	if err := t.addConstants(m.Set); err != nil {
		return nil, err
	}
	return t, t.addFields(m.Fields, o, m)
}

func (t *tablePlan) add(c *column) {
	t.columns = append(t.columns, c)
	switch c.target {
	case mapping.TargetID, mapping.TargetRecord:
		t.keyed = c
	case "currency":
		t.currency = c
	}
}

// newColumn prepares a column for reading.
func (t *tablePlan) newColumn(no int, m mapping.Column, o ImportOptions) (*column, error) {
	c := &column{no: no, header: m.Header, target: m.Target, field: t.object.Field(m.Target), create: m.Create}
	custom, isCustom := strings.CutPrefix(m.Target, "custom.")
	switch {
	case isCustom:
		c.custom, c.kind = custom, cmp.Or(m.Kind, crm.Text)
	case c.field >= 0:
		f := t.object.Fields[c.field]
		c.kind, c.ref, c.choices = f.Kind, f.Ref, f.Choices
	default:
		special, ok := specialColumns[m.Target]
		if !ok {
			return nil, fault.New(fault.Invalid, "column %q: %q is not a target of %s", m.Header, m.Target, t.object.Plural)
		}
		c.kind, c.ref = special.kind, special.ref
	}
	var err error
	if c.target != mapping.TargetNewValue && c.target != mapping.TargetOldValue {
		if c.format, err = mapping.ParseFormat(c.kind, m.Format); err != nil {
			return nil, fault.New(fault.Invalid, "column %q: %w", m.Header, err)
		}
	}
	c.prepare(o)
	for from, to := range m.Values {
		if c.values == nil {
			c.values = map[string]string{}
		}
		c.values[value.Fold(from)] = to
	}
	return c, nil
}

// prepare turns the words of the format into what the cell parsers take.
func (c *column) prepare(o ImportOptions) {
	c.order = tabular.DateOrder(cmp.Or(c.format.Order, o.DateOrder))
	switch c.format.Decimal {
	case "comma":
		c.decimal = tabular.DecimalComma
	case "point":
		c.decimal = tabular.DecimalPoint
	}
}

// specialColumns gives the kind of values of each special target.
var specialColumns = map[string]struct {
	kind crm.Kind
	ref  string
}{
	mapping.TargetID: {kind: crm.Text}, mapping.TargetRecord: {kind: crm.Text},
	mapping.TargetCreatedAt: {kind: crm.Instant}, mapping.TargetModifiedAt: {kind: crm.Instant},
	mapping.TargetAt: {kind: crm.Instant}, mapping.TargetClosedAt: {kind: crm.Instant},
	mapping.TargetAuthor:  {kind: crm.Reference, ref: "person"},
	mapping.TargetRelated: {kind: crm.Reference},
	mapping.TargetDeleted: {kind: crm.Bool}, mapping.TargetClosed: {kind: crm.Bool}, mapping.TargetWon: {kind: crm.Bool},
	mapping.TargetWonAmount: {kind: crm.Money},
	mapping.TargetOutcome:   {kind: crm.Choice},
	mapping.TargetPipeline:  {kind: crm.Text}, mapping.TargetManager: {kind: crm.Text}, mapping.TargetOffice: {kind: crm.Text},
	mapping.TargetFirstName: {kind: crm.Text}, mapping.TargetLastName: {kind: crm.Text}, mapping.TargetFullName: {kind: crm.Text},
	mapping.TargetField: {kind: crm.Text}, mapping.TargetNewValue: {kind: crm.Text}, mapping.TargetOldValue: {kind: crm.Text},
}
