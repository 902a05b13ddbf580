package mapping

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// filesSource is the source of files whose vendor is not known.
const filesSource = "files"

// Propose says what every table and column probably is, why, and what a person has to decide before an import. It reads
// nothing but its arguments, and the same arguments give the same proposal. It fails, with an Invalid error, when the wish
// names a currency or an order that does not exist; what it says of tables and columns that are not there is ignored.
func Propose(tables []Described, wish Wish) (Proposal, error) {
	if wish.Currency != "" && !value.IsCurrency(wish.Currency) {
		return Proposal{}, fault.InvalidField("currency", "%q is not a currency code of ISO 4217 such as EUR", wish.Currency)
	}
	if wish.DateOrder != "" && !isOrder(wish.DateOrder) {
		return Proposal{}, fault.InvalidField("date order", "%q is not one of %s", wish.DateOrder, strings.Join(orders, ", "))
	}
	known, err := profiles()
	if err != nil {
		return Proposal{}, err
	}
	looked := make([]*lookedAt, len(tables))
	for i, t := range tables {
		looked[i] = lookAt(t, known)
	}
	elected := wish.Source
	if !slices.ContainsFunc(known, func(p *profile) bool { return p.Name == wish.Source }) {
		elected = elect(looked)
	}
	b := &builder{wish: wish, known: known, names: columnNames(looked)}
	b.out.Mapping.Source = cmp.Or(wish.Source, elected, filesSource)
	verdicts := make([]verdict, len(tables))
	for i, t := range looked {
		verdicts[i] = b.decideTable(t, elected)
		if s := verdicts[i].spec; s != nil {
			b.objects = append(b.objects, s.Object)
		}
	}
	for i, t := range looked {
		b.addTable(t, verdicts[i])
	}
	return b.out, nil
}

// builder gathers a proposal.
type builder struct {
	wish    Wish
	known   []*profile
	names   map[string]bool // of the import's tables and columns, as loose keys
	objects []string        // that some table of the import holds
	customs map[string]bool // names of custom fields in the table at hand
	out     Proposal
}

// decideTable says what a table holds: as the user wished, or as it looks.
func (b *builder) decideTable(t *lookedAt, elected string) verdict {
	object, wanted := b.wish.Objects[t.Name]
	if answer, ok := b.answer(t.Name, "", func(string) bool { return true }); ok {
		object, wanted = answer, true
	}
	switch {
	case wanted && object == "":
		return verdict{reason: because("table_wish_out")}
	case wanted && crm.ObjectNamed(object) == nil:
		return verdict{reason: because("table_wrong_object", object, strings.Join(objectNames(), ", "))}
	case len(t.Header) == 0:
		return verdict{reason: because("table_empty")}
	case wanted:
		return wished(t, b.general(), elected, object)
	case describesColumns(t.Described, b.names, b.known):
		return verdict{score: enoughVendor, reason: because("table_dictionary")}
	}
	return judge(t, elected)
}

// general is the profile of general words.
func (b *builder) general() *profile { return b.known[len(b.known)-1] }

// ask adds a question with the text of its code.
func (b *builder) ask(q Question, args ...any) {
	q.Args, q.Text = args, fmt.Sprintf(questionTexts[q.Code], args...)
	b.out.Questions = append(b.out.Questions, q)
}

func (b *builder) warn(t Described, column, code string, args ...any) {
	b.out.Warnings = append(b.out.Warnings, Warning{Table: t.Name, Column: column, Reason: because(code, args...)})
}

// answer is the first answer about a table or column that is of the right kind: a column may have several questions.
func (b *builder) answer(table, column string, fits func(option string) bool) (option string, ok bool) {
	for _, a := range b.wish.Answers {
		if a.Table == table && a.Column == column && fits(a.Option) {
			return a.Option, true
		}
	}
	return "", false
}

// addTable adds one table's decision, mapping, questions and warnings.
func (b *builder) addTable(t *lookedAt, v verdict) {
	decision := TableDecision{Name: t.Name, Shape: Records, Confidence: confidence(v.score), Reason: v.reason}
	mapped := Table{Name: t.Name, Shape: Records}
	if len(v.options) > 0 && (v.score >= enoughToAsk || len(b.objects) == 0) {
		b.ask(Question{Table: t.Name, Code: QuestionObject, Options: append(v.options, "")}, t.Name, strings.Join(v.options, ", "))
	}
	if s := v.spec; s != nil {
		asked, warned := len(b.out.Questions), len(b.out.Warnings)
		columns := b.decideColumns(t, s)
		if missing := missingTargets(s.Shape, columns); len(missing) > 0 {
			b.out.Questions, b.out.Warnings = b.out.Questions[:asked], b.out.Warnings[:warned]
			decision.Reason = because("table_incomplete", strings.Join(missing, ", "))
		} else {
			mapped.Object, mapped.Shape, mapped.Set, mapped.Fields = s.Object, s.Shape, maps.Clone(s.Set), maps.Clone(s.Fields)
			decision.Vendor, decision.Object, decision.Shape, decision.Columns = s.from.Name, s.Object, s.Shape, columns
			b.warnMissing(t.Described, s, columns)
		}
	}
	if decision.Object == "" {
		decision.Columns = leaveOut(t.Described)
	}
	for _, c := range decision.Columns {
		mapped.Columns = append(mapped.Columns, c.Column)
	}
	b.out.Tables = append(b.out.Tables, decision)
	b.out.Mapping.Tables = append(b.out.Mapping.Tables, mapped)
}

// missingTargets lists what a table of a shape is useless without and no column gives.
func missingTargets(shape Shape, columns []ColumnDecision) []string {
	return slices.DeleteFunc(slices.Clone(neededTargets[shape]), func(needed string) bool {
		return slices.ContainsFunc(columns, func(c ColumnDecision) bool { return c.Target == needed })
	})
}

// leaveOut is the decision on the columns of a table that is left out.
func leaveOut(t Described) []ColumnDecision {
	columns := make([]ColumnDecision, len(t.Header))
	for i, header := range t.Header {
		columns[i] = ColumnDecision{Column: Column{Header: header}, Reason: because("column_table_out")}
	}
	return columns
}

// warnMissing warns of what records of the object need and no column gives.
func (b *builder) warnMissing(t Described, s *spec, columns []ColumnDecision) {
	has := func(targets ...string) bool {
		return slices.ContainsFunc(columns, func(c ColumnDecision) bool { return slices.Contains(targets, c.Target) })
	}
	if s.Shape != Records {
		return
	}
	for _, f := range crm.ObjectNamed(s.Object).Fields {
		if f.Required && s.Set[f.Name] == "" && !has(append(standIns[s.Object+"."+f.Name], f.Name)...) {
			b.warn(t, "", "missing_required", f.Name, s.Object)
		}
	}
	if !has(TargetID) && !slices.Contains(namedByWords, s.Object) {
		b.warn(t, "", "missing_id")
	}
}

// standIns lists the special targets that give a required field as well.
var standIns = map[string][]string{
	"contact.last_name": {TargetFullName},
	"person.name":       {TargetFirstName, TargetLastName},
	"stage.pipeline":    {TargetPipeline},
}

// namedByWords are the objects whose records have no other identity than their name or what they link.
var namedByWords = []string{"stage", "pipeline", "team", "person", "product", "price_book", "price", "rate", "quota"}

// confidence turns evidence into 0–1, two digits.
func confidence(score float64) float64 {
	return math.Round(100*math.Min(1, score/(2*enoughVendor))) / 100
}
