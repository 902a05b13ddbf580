package ui

import (
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Field is one input of a form with its label, and what is wrong with it.
type Field struct {
	Name, Label, Value string
	Type               string // of the input: "text" where empty; "select" and "textarea" too
	Hint, Error        string
	Autocomplete       string
	Options            []Option // of a select
	Suggest            string   // address that answers what is typed with options; see h.DataList
	InputMode          string   // which keys a phone shows: "decimal"
	Required, Focus    bool
}

// Option is one choice of a select.
type Option struct{ Value, Label string }

// Node draws the field.
func (f Field) Node(v View) g.Node {
	var described []string
	if f.Hint != "" {
		described = append(described, "hint-"+f.Name)
	}
	if f.Error != "" {
		described = append(described, "error-"+f.Name)
	}
	attributes := g.Group{h.ID("field-" + f.Name), h.Name(f.Name), g.If(f.Required, h.Required()), g.If(f.Focus, h.AutoFocus()),
		g.If(f.Autocomplete != "", h.AutoComplete(f.Autocomplete)), g.If(f.Error != "", h.Aria("invalid", "true")),
		g.If(len(described) > 0, h.Aria("describedby", strings.Join(described, " ")))}
	return h.Div(h.Class("z-field"),
		h.Label(h.For("field-"+f.Name), g.Text(f.Label), g.If(!f.Required, h.Span(h.Class("z-optional"), v.Text("ui.form.optional")))),
		f.input(attributes),
		g.If(f.Hint != "", h.P(h.Class("z-hint"), h.ID("hint-"+f.Name), g.Text(f.Hint))),
		g.If(f.Error != "", h.P(h.Class("z-field-error"), h.ID("error-"+f.Name), Icon("alert-triangle"), g.Text(f.Error))),
	)
}

func (f Field) input(attributes g.Node) g.Node {
	class := "form-control"
	if f.Type == "select" {
		class = "form-select"
	}
	if f.Error != "" {
		class += " is-invalid"
	}
	switch f.Type {
	case "select":
		return h.Select(h.Class(class), attributes, options(f.Options, f.Value))
	case "textarea":
		return h.Textarea(h.Class(class), attributes, h.Rows("4"), g.Text(f.Value))
	case "":
		return g.Group{h.Input(h.Type("text"), h.Class(class), h.Value(f.Value), g.If(f.InputMode != "", g.Attr("inputmode", f.InputMode)), f.suggestions(), attributes),
			g.If(f.Suggest != "", h.DataList(h.ID("list-"+f.Name)))}
	}
	return h.Input(h.Type(f.Type), h.Class(class), g.If(f.Type != "password", h.Value(f.Value)), attributes)
}

// suggestions make the input offer what the address answers to what is typed.
func (f Field) suggestions() g.Node {
	if f.Suggest == "" {
		return nil
	}
	return g.Group{h.List("list-" + f.Name), h.AutoComplete("off"), g.Attr("hx-get", f.Suggest), g.Attr("hx-trigger", "input changed delay:150ms"),
		g.Attr("hx-target", "next datalist"), g.Attr("hx-swap", "innerHTML")}
}

func options(list []Option, chosen string) g.Node {
	return g.Map(list, func(o Option) g.Node {
		return h.Option(h.Value(o.Value), g.If(o.Value == chosen, h.Selected()), g.Text(o.Label))
	})
}

// Form is a form that posts.
type Form struct {
	Action, Submit string
	Hidden         map[string]string
	Fields         []Field
	Problem        string // what is wrong with all of it, not with one field
	Cancel         string // address of where one goes instead; "" = nowhere
}

// Node draws the form. What is wrong stands above it, and has the focus.
func (f Form) Node(v View) g.Node {
	return h.Form(h.Method("post"), h.Action(f.Action), h.Class("z-form"),
		f.summary(v),
		hidden(f.Hidden),
		g.Map(f.Fields, func(field Field) g.Node { return field.Node(v) }),
		h.Div(h.Class("z-form-actions"), h.Button(h.Type("submit"), h.Class("btn btn-primary"), g.Text(f.Submit)),
			g.If(f.Cancel != "", h.A(h.Class("btn"), h.Href(f.Cancel), v.Text("ui.cancel")))),
	)
}

func (f Form) summary(v View) g.Node {
	var wrong []g.Node
	for _, field := range f.Fields {
		if field.Error != "" {
			wrong = append(wrong, h.Li(h.A(h.Href("#field-"+field.Name), g.Text(field.Label+": "+field.Error))))
		}
	}
	if f.Problem == "" && len(wrong) == 0 {
		return nil
	}
	title := f.Problem
	if title == "" {
		title = v.T("ui.form.wrong", "n", len(wrong))
	}
	return h.Div(h.Class("z-alert z-tone-bad"), h.ID("form-errors"), h.Role("alert"), h.TabIndex("-1"), Icon("alert-triangle"),
		h.Div(h.Strong(g.Text(title)), g.If(len(wrong) > 0, h.Ul(g.Group(wrong)))))
}

func hidden(values map[string]string) g.Node {
	var inputs g.Group
	for _, name := range sortedKeys(values) {
		inputs = append(inputs, h.Input(h.Type("hidden"), h.Name(name), h.Value(values[name])))
	}
	return inputs
}
