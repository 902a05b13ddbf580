package web

import (
	"fmt"
	"strings"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/web/ui"
)

// words is a label in the visitor's language.
func words(v visit, l crm.Label) string {
	if v.view.Lang == i18n.Russian {
		return l.Ru
	}
	return l.En
}

// objectLabel is what records of an object are called.
func objectLabel(v visit, name string) string {
	if o := crm.ObjectNamed(name); o != nil {
		return v.T("import.object." + name)
	}
	return name
}

// translated is a text of a domain package, by its code with numbered arguments; otherwise where there is none.
func translated(v visit, prefix, code string, args []any, otherwise string) string {
	key := prefix + code
	if !i18n.Has(v.view.Lang, key) {
		return otherwise
	}
	pairs := make([]any, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, fmt.Sprintf("a%d", i+1), argumentText(v, a))
	}
	return v.T(key, pairs...)
}

// argumentText names objects in the visitor's language and leaves everything else as it is.
func argumentText(v visit, a any) any {
	switch a := a.(type) {
	case string:
		return objectLabel(v, a)
	case []string:
		names := make([]string, len(a))
		for i, name := range a {
			names[i] = objectLabel(v, name)
		}
		return strings.Join(names, ", ")
	}
	return a
}

// reasonText says why something was decided. A field that records need is called as people know it; deals need no name,
// since they get one.
func reasonText(v visit, r mapping.Reason) string {
	if r.Code == "missing_required" && len(r.Args) == 2 {
		field, object := fmt.Sprint(r.Args[0]), fmt.Sprint(r.Args[1])
		if object == "deal" && field == "name" {
			return v.T("import.note.unnamed")
		}
		if f := fieldNamed(object, field); f != nil {
			r.Args = []any{words(v, f.Label), object}
		}
	}
	return translated(v, "import.reason.", r.Code, r.Args, r.String())
}

func noteText(v visit, n connect.Note) string {
	return translated(v, "import.note.", n.Code, nil, n.Text)
}

func questionText(v visit, q mapping.Question) string {
	return translated(v, "import.question.", q.Code, q.Args, q.Text)
}

// questionOptions are the answers that a question allows. Each begins with "=", since the empty answer is one too.
func questionOptions(v visit, q mapping.Question) []ui.Option {
	options := []ui.Option{{Value: "", Label: v.T("import.map.choose")}}
	for _, option := range q.Options {
		options = append(options, ui.Option{Value: "=" + option, Label: optionText(v, q.Code, option)})
	}
	return options
}

func optionText(v visit, code, option string) string {
	switch code {
	case mapping.QuestionObject:
		if option == "" {
			return v.T("import.map.leave_table")
		}
		return objectLabel(v, option)
	case mapping.QuestionDateOrder, mapping.QuestionDecimal:
		return v.T("import.format." + option)
	}
	return option
}

// targetLabel names a target in the visitor's language.
func targetLabel(v visit, x *examination, object string, c mapping.Column) string {
	if c.Target == "" {
		return v.T("import.map.leave")
	}
	if f := fieldNamed(object, c.Target); f != nil {
		return words(v, f.Label)
	}
	if name, custom := strings.CutPrefix(c.Target, customTarget); custom {
		for _, f := range x.custom[object] {
			if f.Name == name {
				return words(v, f.Label)
			}
		}
		return v.T("import.map.new_field", "kind", v.T("import.kind."+orDefault(string(c.Kind), "text")))
	}
	return v.T("import.target." + strings.TrimPrefix(c.Target, "@"))
}

// formatFacts are how a file is written, in words.
func formatFacts(v visit, t examinedTable) []string {
	facts := []string{string(t.format.Encoding)}
	if !strings.Contains(t.path, "[") || t.format.Delimiter != 0 {
		facts = append(facts, delimiterText(v, t.format.Delimiter))
	}
	if t.format.Header == tabular.NoHeader {
		facts = append(facts, v.T("import.detected.no_header"))
	} else {
		facts = append(facts, v.T("import.detected.header", "line", t.format.Header))
	}
	facts = append(facts, v.T("import.detected.rows", "n", t.profile.Rows))
	if t.profile.Broken > 0 {
		facts = append(facts, v.T("import.detected.broken", "n", t.profile.Broken))
	}
	return facts
}

func delimiterText(v visit, d byte) string {
	switch d {
	case ',', ';', '|', '\t':
		return v.T("import.detected.delimiter_" + map[byte]string{',': "comma", ';': "semicolon", '|': "bar", '\t': "tab"}[d])
	case tabular.NoDelimiter:
		return v.T("import.detected.delimiter_none")
	}
	return v.T("import.detected.workbook")
}
