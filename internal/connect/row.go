package connect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// unset marks an instant that a row does not tell.
const unset = value.Always

// row is one row of a table, its cells parsed and its references still words.
type row struct {
	line   int64
	key    string // identity in the source
	hash   int64  // of what the row says; never 0
	cells  []cell
	set    map[string]any // the cells that have a value, by name of the field
	custom map[string]any
	refs   []reference
	facts  facts
	raw    []string // the cells as read
	wrong  string   // changes: why the value cannot be read
}

// cell is a parsed value of a plain field; a nil value clears the field.
type cell struct {
	field int
	value any
}

// reference is a value that names another record.
type reference struct {
	column *column
	named  string
}

// facts are what a row tells besides the fields of its object.
type facts struct {
	created, modified, at, closedAt value.Instant // unset = not told
	deleted                         bool
	closed, won                     known
	outcome                         string
	pipeline, stage                 string
	wonAmount                       any // int64, nil = not told
	author                          string
	manager, office                 string
	first, last, full               string
	changed                         string // changes: the source's name of the field
	newValue, oldValue              string
	hasOld                          bool
	unnamed                         bool // the record's name was made of other cells
}

// known is yes, no or not told.
type known int8

const (
	untold known = iota
	no
	yes
)

func knownBool(b bool) known {
	if b {
		return yes
	}
	return no
}

// problem is what is wrong with a cell.
type problem struct {
	column *column // nil = the whole row
	cell   string
	reason string
}

// parser turns rows of one table into parsed rows. It belongs to one goroutine.
type parser struct {
	t        *tablePlan
	options  ImportOptions
	currency string           // of amounts without one
	longIDs  bool             // IDs of 15 characters are Salesforce\'s and mean those of 18
	noted    map[string]int64 // decisions, by code, with the rows since the last chunk
}

// parse reads the cells of a row. A row with a wrong cell is rejected as a whole: half a record would be believed.
func (p *parser) parse(in tabular.Row) (*row, *problem) {
	r := &row{line: in.Line, hash: p.t.hash(in.Cells)}
	r.cells = make([]cell, 0, len(p.t.columns)+len(p.t.constant)+1)
	r.cells = append(r.cells, p.t.constant...)
	r.facts = facts{created: unset, modified: unset, at: unset, closedAt: unset}
	currency, bad := p.rowCurrency(in.Cells)
	if bad != nil {
		return nil, bad
	}
	for _, c := range p.t.columns {
		text := in.Cells[c.no]
		if text != "" {
			text = strings.TrimSpace(text)
		}
		if text = c.translate(text); tabular.IsEmpty(text) {
			if c.field >= 0 && c.kind != crm.Reference {
				r.leave(c.field)
			} else if c.kind == crm.Reference || c.custom != "" {
				r.clear(c)
			}
			continue
		}
		if reason := p.take(r, c, text, &currency); reason != "" {
			return nil, &problem{c, text, reason}
		}
	}
	p.settle(r, currency)
	r.set = r.filled(p.t.object)
	r.raw = slices.Clone(in.Cells)
	if p.t.history() {
		return r, nil
	}
	if bad := p.identify(r); bad != nil {
		return nil, bad
	}
	return r, nil
}

// leave notes that a plain field is blank, unless the mapping says what it is in all rows.
func (r *row) leave(field int) {
	if r.cellValue(field) == nil {
		r.cells = append(r.cells, cell{field, nil})
	}
}

// clear notes that a reference or custom field is blank.
func (r *row) clear(c *column) {
	switch {
	case c.custom != "":
		r.setCustom(c.custom, nil)
	case c.field >= 0 && c.ref != "stage":
		r.cells = append(r.cells, cell{c.field, nil})
	}
}

func (r *row) setCustom(name string, v any) {
	if r.custom == nil {
		r.custom = map[string]any{}
	}
	r.custom[name] = v
}

// rowCurrency is the currency that the row names for its amounts; "" = none.
func (p *parser) rowCurrency(cells []string) (string, *problem) {
	if p.t.currency == nil {
		return "", nil
	}
	text := strings.TrimSpace(cells[p.t.currency.no])
	if tabular.IsEmpty(text) {
		return "", nil
	}
	code := strings.ToUpper(p.t.currency.translate(text))
	if !value.IsCurrency(code) {
		return "", &problem{p.t.currency, text, "is not a currency: expected a code of ISO 4217 such as EUR"}
	}
	return code, nil
}

// take reads one cell, which has been translated and is not empty, into the row; the reason is what is wrong with it, "" when nothing is.
func (p *parser) take(r *row, c *column, text string, currency *string) string {
	if c.kind == crm.Reference {
		return p.takeReference(r, c, text)
	}
	if c.target == "currency" {
		return ""
	}
	v, reason := p.value(c, text, currency)
	if c == p.t.keyed && reason == "" {
		v = p.sameID(text)
	}
	switch {
	case reason != "":
		return reason
	case c.custom != "":
		r.setCustom(c.custom, c.customValue(v, cmp.Or(*currency, p.currency)))
	case c.field >= 0 && len(p.t.constant) > 0:
		r.setCell(c.field, v)
	case c.field >= 0:
		r.cells = append(r.cells, cell{c.field, v})
	default:
		r.takeFact(c.target, v)
	}
	return ""
}

// takeReference keeps what a reference names, for its resolution.
func (p *parser) takeReference(r *row, c *column, text string) string {
	text = p.sameID(text)
	if c.format.List {
		text, _, _ = strings.Cut(text, ";")
		text = strings.TrimSpace(text)
	}
	switch {
	case len(text) > maxNamed:
		return fmt.Sprintf("is too long to name a %s: more than %d bytes", c.ref, maxNamed)
	case text == "":
	case c.target == mapping.TargetAuthor:
		r.facts.author = text
	case c.ref == "stage":
		r.facts.stage = text
	case c.ref == "pipeline" && p.t.object.Name == "stage":
		r.facts.pipeline = text
	default:
		r.refs = append(r.refs, reference{c, text})
	}
	return ""
}

// maxNamed bounds what a reference may be called, in bytes: it becomes part of keys.
const maxNamed = 1000

// takeFact keeps the value of a special target.
func (r *row) takeFact(target string, v any) {
	f := &r.facts
	switch target {
	case mapping.TargetID, mapping.TargetRecord:
		r.key = v.(string)
	case mapping.TargetCreatedAt:
		f.created = v.(value.Instant)
	case mapping.TargetModifiedAt:
		f.modified = v.(value.Instant)
	case mapping.TargetAt:
		f.at = v.(value.Instant)
	case mapping.TargetClosedAt:
		if f.closedAt == unset {
			f.closedAt = v.(value.Instant)
		}
	case mapping.TargetDeleted:
		f.deleted = v.(bool)
	case mapping.TargetClosed:
		f.closed = knownBool(v.(bool))
	case mapping.TargetWon:
		f.won = knownBool(v.(bool))
	case mapping.TargetOutcome:
		f.outcome = v.(string)
	case mapping.TargetWonAmount:
		f.wonAmount = v
	default:
		f.takeText(target, v.(string))
	}
}

func (f *facts) takeText(target, text string) {
	switch target {
	case mapping.TargetPipeline:
		f.pipeline = text
	case mapping.TargetManager:
		f.manager = text
	case mapping.TargetOffice:
		f.office = text
	case mapping.TargetFirstName:
		f.first = text
	case mapping.TargetLastName:
		f.last = text
	case mapping.TargetFullName:
		f.full = text
	case mapping.TargetField:
		f.changed = text
	case mapping.TargetNewValue:
		f.newValue = text
	case mapping.TargetOldValue:
		f.oldValue, f.hasOld = text, true
	}
}

// cellValue is the row's value of a field, nil when it has none.
func (r *row) cellValue(field int) any {
	for _, c := range r.cells {
		if c.field == field {
			return c.value
		}
	}
	return nil
}

func (r *row) text(o *crm.Object, field string) string {
	text, _ := r.cellValue(o.Field(field)).(string)
	return text
}

// named is what the row's reference in a field says.
func (r *row) named(field string) string {
	for _, ref := range r.refs {
		if ref.column.target == field {
			return ref.named
		}
	}
	return ""
}

// filled gives the cells that have a value, with room for references.
func (r *row) filled(o *crm.Object) map[string]any {
	set := make(map[string]any, len(r.cells)+len(r.refs)+1)
	for _, c := range r.cells {
		if c.value != nil {
			set[o.Fields[c.field].Name] = c.value
		}
	}
	return set
}
