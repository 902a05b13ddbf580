package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
)

// decisions are what an import will do with each column: as proposed or as an earlier import had it, but for what
// somebody decided otherwise.
type decisions struct {
	proposal  mapping.Proposal // with custom fields for all columns that nothing else fits
	mapping   mapping.Mapping
	questions []mapping.Question
	chosen    []bool // by table: somebody said what it holds
}

// decide works out the decisions of a draft.
func (d *importDraft) decide(x *examination) (decisions, error) {
	plain, err := mapping.Propose(x.described(), d.Wish)
	if err != nil {
		return decisions{}, err
	}
	wish := d.Wish
	wish.CustomFields = true
	out := decisions{mapping: plain.Mapping, questions: plain.Questions}
	if out.proposal, err = mapping.Propose(x.described(), wish); err != nil {
		return decisions{}, err
	}
	if d.Base != nil {
		if matched, err := mapping.Match(*d.Base, x.described()); err == nil {
			out.mapping, out.questions = mapping.Mapping{Source: d.Base.Source}, nil
			for _, t := range matched.Tables {
				out.mapping.Tables = append(out.mapping.Tables, t.Table)
			}
		}
	}
	for i := range out.mapping.Tables {
		t := &out.mapping.Tables[i]
		t.Columns = slices.Clone(t.Columns)
		for j := range t.Columns {
			if choice, made := d.Choices[t.Name][t.Columns[j].Header]; made {
				t.Columns[j] = choice.apply(t.Columns[j], *t)
			}
		}
		_, said := d.Wish.Objects[t.Name]
		out.chosen = append(out.chosen, said)
	}
	return out, nil
}

// apply is the column as somebody decided.
func (c columnChoice) apply(column mapping.Column, t mapping.Table) mapping.Column {
	if c.Target != column.Target {
		column = mapping.Column{Header: column.Header, Target: c.Target}
		if f := fieldNamed(t.Object, c.Target); f != nil && f.Kind == crm.Reference {
			column.Create = slices.Contains([]string{"person", "team", "stage", "pipeline", "product"}, f.Ref)
		}
		if strings.HasPrefix(c.Target, customTarget) {
			column.Kind = crm.Kind(c.Kind)
		}
	}
	if c.Format != "" {
		column.Format = c.Format
	}
	if len(c.Values) > 0 {
		values := maps.Clone(column.Values)
		if values == nil {
			values = map[string]string{}
		}
		maps.Copy(values, c.Values)
		column.Values = values
	}
	return column
}

// customTarget begins the targets of custom fields.
const customTarget = "custom."

// fieldNamed is a standard field of an object; nil if there is none.
func fieldNamed(object, name string) *crm.Field {
	o := crm.ObjectNamed(object)
	if o == nil || o.Field(name) < 0 {
		return nil
	}
	return &o.Fields[o.Field(name)]
}

// targetKind is the kind of the values of a target.
func targetKind(object string, c mapping.Column) crm.Kind {
	switch c.Target {
	case mapping.TargetCreatedAt, mapping.TargetModifiedAt, mapping.TargetClosedAt, mapping.TargetAt:
		return crm.Instant
	case mapping.TargetWonAmount:
		return crm.Money
	}
	if strings.HasPrefix(c.Target, customTarget) {
		return c.Kind
	}
	if f := fieldNamed(object, c.Target); f != nil {
		return f.Kind
	}
	return crm.Text
}

// formatFor is how the values of a column are to be read as a kind: what all of them together say, or "" where that is
// for a person to say.
func formatFor(kind crm.Kind, p *tabular.ColumnProfile) string {
	switch kind {
	case crm.Day, crm.Instant:
		return string(p.Dates.Order)
	case crm.Number, crm.Money:
		if p.Numbers.Decimal != tabular.DecimalUnknown {
			return p.Numbers.Decimal.String()
		}
	}
	return ""
}

// formatOptions are the ways in which the values of a kind can be read; nil where there is only one.
func formatOptions(kind crm.Kind) []string {
	switch kind {
	case crm.Day, crm.Instant:
		return []string{"ymd", "dmy", "mdy"}
	case crm.Number, crm.Money:
		return []string{"point", "comma"}
	}
	return nil
}

// readChoices takes the mapping form into the draft. Only what differs from what would be done anyway is kept, so that a
// later answer can still change the rest.
func (d *importDraft) readChoices(x *examination, now decisions, form func(string) string) {
	d.Wish.Source = strings.TrimSpace(form("source"))
	d.Wish.Currency = strings.ToUpper(strings.TrimSpace(form("currency")))
	for i, q := range now.questions {
		if option := form("answer-" + strconv.Itoa(i)); option != "" {
			d.answer(q, strings.TrimPrefix(option, "="))
		}
	}
	for i, t := range now.mapping.Tables {
		prefix := strconv.Itoa(i)
		object := form("object-" + prefix)
		if object == "" {
			continue // the table was not on the form
		}
		if object = strings.TrimPrefix(object, "="); object != t.Object {
			d.chooseObject(t.Name, object)
			continue
		}
		for j, c := range t.Columns {
			d.readColumn(x.tables[i], t, c, now.proposal.Tables[i], j, prefix+"-"+strconv.Itoa(j), form)
		}
	}
}

func (d *importDraft) readColumn(x examinedTable, t mapping.Table, c mapping.Column, offered mapping.TableDecision, j int, name string, form func(string) string) {
	target := form("target-" + name)
	if target == "" {
		return // the column was not on the form
	}
	choice := d.Choices[t.Name][c.Header]
	format := form("format-" + name)
	switch target = strings.TrimPrefix(target, "="); {
	case target != c.Target:
		choice = columnChoice{Target: target}
		if j < len(offered.Columns) && offered.Columns[j].Target == target {
			choice.Kind = string(offered.Columns[j].Kind)
		}
		choice.Format = formatFor(targetKind(t.Object, mapping.Column{Target: target, Kind: crm.Kind(choice.Kind)}), &x.profile.Columns[j])
	case format != "" && format != formatWord(c.Format):
		choice.Target, choice.Format, choice.Kind = c.Target, withWord(c.Format, format), string(c.Kind)
	default:
		return
	}
	if d.Choices[t.Name] == nil {
		d.Choices[t.Name] = map[string]columnChoice{}
	}
	d.Choices[t.Name][c.Header] = choice
}

// formatWords are the words of a format that the form offers.
var formatWords = []string{"ymd", "dmy", "mdy", "point", "comma"}

// formatWord is the order of dates or the decimal sign in a column's format.
func formatWord(format string) string {
	for _, word := range strings.Fields(format) {
		if slices.Contains(formatWords, word) {
			return word
		}
	}
	return ""
}

// withWord is a format with another order of dates or decimal sign.
func withWord(format, word string) string {
	words := slices.DeleteFunc(strings.Fields(format), func(w string) bool { return slices.Contains(formatWords, w) })
	return strings.Join(append([]string{word}, words...), " ")
}

// answer keeps the answer to a question.
func (d *importDraft) answer(q mapping.Question, option string) {
	if q.Code == mapping.QuestionObject {
		d.chooseObject(q.Table, option)
		return
	}
	d.Wish.Answers = slices.DeleteFunc(d.Wish.Answers, func(a mapping.Answer) bool { return a.Table == q.Table && a.Column == q.Column })
	d.Wish.Answers = append(d.Wish.Answers, mapping.Answer{Table: q.Table, Column: q.Column, Option: option})
}

// chooseObject says what a table holds, which makes what was decided about its columns void.
func (d *importDraft) chooseObject(table, object string) {
	if d.Wish.Objects == nil {
		d.Wish.Objects = map[string]string{}
	}
	d.Wish.Objects[table] = object
	d.Wish.Answers = slices.DeleteFunc(d.Wish.Answers, func(a mapping.Answer) bool { return a.Table == table && a.Column == "" })
	delete(d.Choices, table)
	if d.Base != nil {
		d.Base = nil // an earlier import had it otherwise
	}
}
