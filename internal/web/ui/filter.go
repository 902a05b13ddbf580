package ui

import (
	"maps"
	"slices"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/value"
)

// Filter is one choice above a table or chart. It takes effect at once.
type Filter struct {
	Name, Label, Value string
	Type               string // "select" where empty; "date", "search"
	Options            []Option
}

// Filters is a line of filters that write the address of the page.
type Filters struct {
	Action string
	Keep   map[string]string // parts of the address that stay
	Items  []Filter
	More   []Filter // shown on demand, and when one of them is set
	Clear  string   // address without filters; "" = none is set
}

// Node draws the filters.
func (f Filters) Node(v View) g.Node {
	return h.Form(h.Method("get"), h.Action(f.Action), h.Class("z-filters"), h.Data("autosubmit", ""), h.Role("search"), h.Aria("label", v.T("ui.filter.label")),
		hidden(f.Keep),
		g.Map(f.Items, Filter.node),
		f.more(v),
		h.NoScript(h.Button(h.Type("submit"), h.Class("btn"), v.Text("ui.filter.apply"))),
		g.If(f.Clear != "", h.A(h.Class("z-clear"), h.Href(f.Clear), Icon("x"), v.Text("ui.filter.clear"))),
	)
}

// more draws the filters that are not needed every day.
func (f Filters) more(v View) g.Node {
	if len(f.More) == 0 {
		return nil
	}
	set := 0
	for _, item := range f.More {
		if item.Value != "" {
			set++
		}
	}
	return h.Details(h.Class("z-more-filters"), g.If(set > 0, h.Open()),
		h.Summary(h.Class("btn"), Icon("filter"), v.Text("ui.filter.more"), g.If(set > 0, Badge(ToneAccent, v.Number(int64(set))))),
		h.Div(h.Class("z-filter-panel"), g.Map(f.More, Filter.node)))
}

func (f Filter) node() g.Node {
	id := "filter-" + f.Name
	return h.Div(h.Class("z-filter"), h.Label(h.For(id), g.Text(f.Label)), f.input(id))
}

func (f Filter) input(id string) g.Node {
	if f.Type == "" || f.Type == "select" {
		return h.Select(h.ID(id), h.Name(f.Name), h.Class("form-select"), options(f.Options, f.Value))
	}
	return h.Input(h.ID(id), h.Name(f.Name), h.Type(f.Type), h.Class("form-control"), h.Value(f.Value))
}

// AsOf says that a page shows the past, and leads back to now. It draws nothing for the present.
func AsOf(v View, day value.Day, now string) g.Node {
	if day == 0 {
		return nil
	}
	return h.Div(h.Class("z-asof"), h.Role("status"), Icon("history"), h.Span(v.Text("ui.asof.shown", "day", v.Date(day))),
		h.A(h.Href(now), v.Text("ui.asof.now")))
}

func sortedKeys(values map[string]string) []string { return slices.Sorted(maps.Keys(values)) }
