package ui

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// State is what stands where there is nothing to show: nothing there yet, nothing found, not allowed, broken.
type State struct {
	Icon        string
	Title, Text string
	Code        string // to quote in a report; may be empty
	Actions     []g.Node
}

// Node draws the state.
func (s State) Node() g.Node {
	return h.Div(h.Class("z-state"), h.Div(h.Class("z-state-icon"), Icon(s.Icon)), h.H2(g.Text(s.Title)), g.If(s.Text != "", h.P(g.Text(s.Text))),
		g.If(len(s.Actions) > 0, h.Div(h.Class("z-actions"), g.Group(s.Actions))),
		g.If(s.Code != "", h.P(h.Class("z-state-code"), h.Code(g.Text(s.Code)))))
}

// Loading holds the place of a part that fetches itself from address.
func Loading(v View, address string, lines int) g.Node {
	return h.Div(h.Class("z-loading"), g.Attr("hx-get", address), g.Attr("hx-trigger", "load"), g.Attr("hx-swap", "outerHTML"),
		h.Role("status"), h.Aria("label", v.T("ui.loading")), g.Map(make([]int, lines), func(int) g.Node { return h.Div(h.Class("z-skeleton")) }))
}

// Notice says something above a part of a page.
func Notice(tone Tone, icon string, body ...g.Node) g.Node {
	return h.Div(h.Class("z-alert z-tone-"+string(tone)), Icon(icon), h.Div(g.Group(body)))
}

// LinkButton is a link that looks like a button; icon may be empty.
func LinkButton(href, label, icon string) g.Node {
	var drawn g.Node
	if icon != "" {
		drawn = Icon(icon)
	}
	return h.A(h.Class("btn"), h.Href(href), drawn, g.Text(label))
}
