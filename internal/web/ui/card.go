package ui

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Card is a part of a page with a title of its own.
type Card struct {
	ID      string
	Title   string
	Lead    string
	Actions []g.Node // links and menus beside the title
	Flush   bool     // the body reaches the card's edges, as tables do
	Class   string
}

// Node draws the card around body.
func (c Card) Node(body ...g.Node) g.Node {
	inside := "z-card-body"
	if c.Flush {
		inside = "z-card-flush"
	}
	return h.Section(h.Class("z-card "+c.Class), g.If(c.ID != "", h.ID(c.ID)),
		g.If(c.Title != "", h.Header(h.Class("z-card-header"),
			h.Div(h.H2(g.Text(c.Title)), g.If(c.Lead != "", h.P(g.Text(c.Lead)))),
			g.If(len(c.Actions) > 0, h.Div(h.Class("z-card-actions"), g.Group(c.Actions))))),
		h.Div(h.Class(inside), g.Group(body)))
}

// Tone is what a colour says.
type Tone string

// The tones.
const (
	ToneQuiet  Tone = "quiet"
	ToneAccent Tone = "accent"
	ToneGood   Tone = "good"
	ToneWarn   Tone = "warn"
	ToneBad    Tone = "bad"
)

// Badge is a short word that stands out.
func Badge(tone Tone, text string) g.Node {
	return h.Span(h.Class("z-badge z-tone-"+string(tone)), g.Text(text))
}

// Delta says by how much a number changed.
type Delta struct {
	Text string // "12.5%"
	Up   bool   // it grew
	Flat bool   // it did not change
	Tone Tone
	Said string // the same for screen readers, in words
}

func (d Delta) node() g.Node {
	icon := "trending-down"
	if d.Up {
		icon = "trending-up"
	}
	if d.Flat {
		icon = "minus"
	}
	return h.Span(h.Class("z-delta z-tone-"+string(d.Tone)), Icon(icon), h.Span(h.Aria("hidden", "true"), g.Text(d.Text)),
		h.Span(h.Class("visually-hidden"), g.Text(d.Said)))
}

// KPI is a card with one number.
type KPI struct {
	Label, Href string // Href leads to the definition
	Value, Unit string // Unit is written small behind; "" = it is part of the value
	Exact       string // the value with all digits, for whoever points at it
	RowsHref    string // leads to the rows; "" = there are none
	Delta       *Delta
	Note        string    // what Delta compares with, or that the sample is small
	Trend       []float64 // one value for each step of the past, oldest first
}

// Node draws the card.
func (k KPI) Node(v View) g.Node {
	face := g.Group{h.Class("z-kpi-value"), g.If(k.Exact != "", h.Title(k.Exact)), g.Text(k.Value), g.If(k.Unit != "", h.Small(g.Text(" "+k.Unit)))}
	number := h.Span(face)
	if k.RowsHref != "" {
		number = h.A(h.Href(k.RowsHref), face)
	}
	var delta g.Node
	if k.Delta != nil {
		delta = k.Delta.node()
	}
	return h.Article(h.Class("z-card z-kpi"),
		h.H2(h.A(h.Href(k.Href), h.Title(v.T("ui.kpi.definition")), g.Text(k.Label))),
		h.Div(h.Class("z-kpi-line"), number, Sparkline(k.Trend)),
		h.P(h.Class("z-kpi-note"), delta, h.Span(g.Text(k.Note))),
	)
}
