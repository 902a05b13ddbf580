package web

import (
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/web/ui"
)

// importable are the objects that a table may be said to hold, the usual ones first.
var importable = []string{"deal", "account", "contact", "lead", "product", "person", "team", "activity", "line_item", "campaign",
	"stage", "pipeline", "quota", "price_book", "price", "rate"}

// specialTargets are the targets besides fields that people may choose, by object; "" is for all. What only a vendor's
// history has is recognised and not chosen.
var specialTargets = map[string][]string{
	"": {mapping.TargetID, mapping.TargetCreatedAt, mapping.TargetModifiedAt, mapping.TargetDeleted},
	"deal": {mapping.TargetPipeline, mapping.TargetOutcome, mapping.TargetClosedAt, mapping.TargetClosed, mapping.TargetWon,
		mapping.TargetWonAmount},
	"person":   {mapping.TargetManager, mapping.TargetOffice, mapping.TargetFirstName, mapping.TargetLastName},
	"contact":  {mapping.TargetFullName},
	"lead":     {mapping.TargetFullName},
	"activity": {mapping.TargetRelated},
	"stage":    {mapping.TargetPipeline},
}

// objectOptions are what a table may hold. Each value begins with "=", since the empty one is a choice too.
func objectOptions(v visit) []ui.Option {
	options := []ui.Option{{Value: "=", Label: v.T("import.map.leave_table")}}
	for _, name := range importable {
		options = append(options, ui.Option{Value: "=" + name, Label: objectLabel(v, name)})
	}
	return options
}

// targetChoice draws the choice of a column's target: leave it out, a field, a custom field, or something special.
func targetChoice(v visit, x *examination, t mapping.Table, c, offered mapping.Column, name string) g.Node {
	listed := false
	option := func(target mapping.Column) g.Node {
		chosen := target.Target == c.Target
		listed = listed || chosen
		return h.Option(h.Value("="+target.Target), g.If(chosen, h.Selected()), g.Text(targetLabel(v, x, t.Object, target)))
	}
	o := crm.ObjectNamed(t.Object)
	leave := option(mapping.Column{})
	var fields, custom, special g.Group
	for _, f := range o.Fields {
		fields = append(fields, option(mapping.Column{Target: f.Name}))
	}
	for _, f := range x.custom[t.Object] {
		custom = append(custom, option(mapping.Column{Target: customTarget + f.Name, Kind: f.Kind}))
	}
	for _, extra := range []mapping.Column{offered, c} {
		if isNewField(x, t.Object, extra.Target) && !(extra.Target == c.Target && listed) {
			custom = append(custom, option(extra))
		}
	}
	for _, target := range slices.Concat(specialTargets[""], specialTargets[t.Object]) {
		special = append(special, option(mapping.Column{Target: target}))
	}
	if !listed {
		special = append(special, option(c))
	}
	return h.Select(h.ID("field-"+name), h.Name(name), h.Class("form-select form-select-sm"), h.Aria("label", v.T("import.map.target_of", "column", c.Header)),
		leave, optionGroup(v.T("import.map.fields"), fields), optionGroup(v.T("import.map.custom"), custom), optionGroup(v.T("import.map.special"), special))
}

// isNewField reports whether a target is a custom field that the company does not have.
func isNewField(x *examination, object, target string) bool {
	name, custom := strings.CutPrefix(target, customTarget)
	return custom && !slices.ContainsFunc(x.custom[object], func(f crm.CustomField) bool { return f.Name == name })
}

func optionGroup(label string, options g.Group) g.Node {
	if len(options) == 0 {
		return nil
	}
	return h.OptGroup(g.Attr("label", label), options)
}

// formatChoice draws how the values of a column are to be read, where there are several ways.
func formatChoice(v visit, object string, c mapping.Column, name string) g.Node {
	ways := formatOptions(targetKind(object, c))
	if len(ways) == 0 || c.Target == "" {
		return nil
	}
	chosen := formatWord(c.Format)
	options := g.Group{h.Option(h.Value(""), g.If(chosen == "", h.Selected()), g.Text(v.T("import.format.auto")))}
	for _, way := range ways {
		options = append(options, h.Option(h.Value(way), g.If(way == chosen, h.Selected()), g.Text(v.T("import.format."+way))))
	}
	return h.Select(h.Name(name), h.Class("form-select form-select-sm"), h.Aria("label", v.T("import.map.format_of", "column", c.Header)), options)
}
