package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Bounds of a mapping, far above any real one.
const (
	maxTables  = 2000
	maxColumns = 5000
)

// Check says everything that is wrong with a mapping: names of objects, fields and targets that do not exist, with the
// nearest that does, formats that do not fit, targets given twice. The error is Invalid and names table and column.
func Check(m Mapping) error {
	c := checker{}
	if m.Source == "" {
		c.add("source", "is missing: name the system that the files come from, such as \"salesforce\" or \"files\"")
	}
	if len(m.Tables) > maxTables {
		c.add("tables", "are more than %d", maxTables)
		return c.err()
	}
	for i, t := range m.Tables {
		c.at = fmt.Sprintf("table %q", t.Name)
		if t.Name == "" {
			c.at = fmt.Sprintf("table %d", i+1)
			c.add("", "has no name: give the file's name without its ending, * and ? standing for any letters")
		}
		c.table(t)
	}
	return c.err()
}

// checker gathers what is wrong.
type checker struct {
	at    string // table that is looked at
	wrong []fault.Field
}

// mostWrong bounds the list of what is wrong.
const mostWrong = 50

func (c *checker) add(what, format string, args ...any) {
	if len(c.wrong) < mostWrong {
		name := strings.TrimPrefix(c.at+", "+what, ", ")
		c.wrong = append(c.wrong, fault.Field{Name: strings.TrimSuffix(name, ", "), Message: fmt.Sprintf(format, args...)})
	}
}

func (c *checker) err() error {
	if len(c.wrong) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Cause: fmt.Errorf("mapping: check"), Fields: c.wrong}
}

func (c *checker) table(t Table) {
	if !slices.Contains([]Shape{"", Records, Snapshots, Changes}, t.Shape) {
		c.add("shape", "%q is not one of %s, %s, %s", t.Shape, Records, Snapshots, Changes)
		return
	}
	if t.Object == "" {
		return // left out: whatever else it says
	}
	o := crm.ObjectNamed(t.Object)
	switch {
	case o == nil:
		c.add("object", "%q is no object%s; there are %s", t.Object, didYouMean(t.Object, objectNames()), strings.Join(objectNames(), ", "))
		return
	case len(t.Columns) > maxColumns:
		c.add("columns", "are more than %d", maxColumns)
		return
	}
	shape := t.Shape
	if shape == "" {
		shape = Records
	}
	c.columns(o, shape, t.Columns)
	for name, text := range t.Set {
		c.constant(o, shape, name, text)
	}
	for from, name := range t.Fields {
		switch {
		case shape != Changes:
			c.add("fields", "are for tables of the shape %s only", Changes)
			return
		case o.Field(name) < 0:
			c.add(fmt.Sprintf("field %q", from), "%s", notAField(o, name))
		}
	}
	if shape == Changes && len(t.Fields) == 0 {
		c.add("fields", "are missing: say which field of the source is which field of %s, {\"StageName\": \"stage\"}", o.Name)
	}
}

// columns checks a table's columns and that no target is given twice.
func (c *checker) columns(o *crm.Object, shape Shape, columns []Column) {
	headers, targets := map[string]bool{}, map[string]string{}
	for i, col := range columns {
		what := fmt.Sprintf("column %q", col.Header)
		switch {
		case col.Header == "":
			c.add(fmt.Sprintf("column %d", i+1), "has no header")
		case headers[col.Header]:
			c.add(what, "is mapped twice")
		}
		headers[col.Header] = true
		if col.Target == "" {
			continue
		}
		info, ok := targetNamed(o, shape, col.Target)
		if !ok {
			c.add(what, "%s", notATarget(o, shape, col.Target))
			continue
		}
		if first, double := targets[col.Target]; double && !info.many {
			c.add(what, "gives %q, which column %q already gives", col.Target, first)
		}
		targets[col.Target] = col.Header
		c.column(what, col, info)
	}
	for _, needed := range neededTargets[shape] {
		if _, ok := targets[needed]; !ok {
			c.add("columns", "none gives %s, which every table of the shape %s needs", needed, shape)
		}
	}
}

// neededTargets lists what a table of a shape is useless without.
var neededTargets = map[Shape][]string{
	Snapshots: {TargetRecord, TargetAt},
	Changes:   {TargetRecord, TargetAt, TargetField, TargetNewValue},
}

// column checks what a column says about its values.
func (c *checker) column(what string, col Column, info target) {
	kind := info.kind
	if info.custom {
		if kind = col.Kind; kind == "" {
			kind = crm.Text
		}
		if !slices.Contains(customKinds, kind) {
			c.add(what, "kind %q is not one of %v", col.Kind, customKinds)
			return
		}
	} else if col.Kind != "" && col.Kind != kind {
		c.add(what, "kind is for custom fields; %s is of the kind %s", col.Target, kind)
	}
	if _, err := ParseFormat(kind, col.Format); err != nil {
		c.add(what, "%v", err)
	}
	if col.Create && kind != crm.Reference {
		c.add(what, "create is for references; %s is of the kind %s", col.Target, kind)
	}
	if kind == crm.Choice && !info.custom {
		for from, to := range col.Values {
			if to != "" && !slices.Contains(info.choices, to) {
				c.add(what, "value %q means %q, which is not one of %s%s", from, to, strings.Join(info.choices, ", "), didYouMean(to, info.choices))
			}
		}
	}
}

// customKinds are the kinds that a custom field made by an import may have.
var customKinds = []crm.Kind{crm.Text, crm.Choice, crm.Number, crm.Integer, crm.Money, crm.Day, crm.Instant, crm.Bool}

// constant checks a field that holds the same in every row.
func (c *checker) constant(o *crm.Object, shape Shape, name, text string) {
	what := fmt.Sprintf("set %q", name)
	i := o.Field(name)
	switch {
	case shape == Changes:
		c.add(what, "a table of changes has no fields of its own")
	case i < 0:
		c.add(what, "%s", notAField(o, name))
	case o.Fields[i].Kind == crm.Choice && !slices.Contains(o.Fields[i].Choices, text):
		c.add(what, "%q is not one of %s", text, strings.Join(o.Fields[i].Choices, ", "))
	case name == "currency" && !value.IsCurrency(text):
		c.add(what, "%q is not a currency code of ISO 4217 such as EUR", text)
	}
}

func notAField(o *crm.Object, name string) string {
	names := targetsOf(o, Records)
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "@") })
	return fmt.Sprintf("%q is not a field of %s%s; there are %s", name, o.Name, didYouMean(name, names), strings.Join(names, ", "))
}

func notATarget(o *crm.Object, shape Shape, name string) string {
	names := targetsOf(o, shape)
	if custom, is := strings.CutPrefix(name, customPrefix); is && shape != Changes {
		return fmt.Sprintf("%q is not a name for a custom field: lower-case letters, digits and single \"_\", and no field of %s, such as %q",
			name, o.Plural, customPrefix+cmp.Or(customName(custom), "name"))
	}
	return fmt.Sprintf("%q is not a target in %s of %s%s; there are %s and, for custom fields, %s<name>",
		name, shape, o.Plural, didYouMean(name, names), strings.Join(names, ", "), customPrefix)
}

// didYouMean names the nearest of the names that exist.
func didYouMean(name string, names []string) string {
	if near := Similar(name, names); len(near) > 0 {
		return fmt.Sprintf(" (did you mean %q?)", near[0])
	}
	return ""
}
