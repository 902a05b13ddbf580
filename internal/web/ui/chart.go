package ui

import (
	"encoding/json"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Chart is bars or lines over categories. What it shows must also stand beside it as a table.
type Chart struct {
	Title      string    `json:"-"` // for screen readers
	Size       string    `json:"-"` // "small", "tall"; "" = medium
	Categories []string  `json:"categories"`
	Series     []Series  `json:"series"`
	Format     string    `json:"format"` // how values are written: "money" (major units), "percent" (shares of one), "count"
	Currency   string    `json:"currency,omitempty"`
	Horizontal bool      `json:"horizontal,omitempty"`
	Stacked    bool      `json:"stacked,omitempty"`
	Line       bool      `json:"line,omitempty"`
	Floating   []float64 `json:"floating,omitempty"` // where each bar of a waterfall begins
	Min        float64   `json:"min,omitempty"`      // where the axis of values begins; 0 = where the chart finds best, at zero for bars
	Links      []string  `json:"links,omitempty"`    // where a click on a category leads
	Note       string    `json:"-"`                  // said below the chart; may be empty
}

// Series is one row of values of a chart, one for each category.
type Series struct {
	Name     string    `json:"name"`
	Values   []float64 `json:"values"`
	Tone     Tone      `json:"tone,omitempty"`
	Tones    []Tone    `json:"tones,omitempty"` // one for each value
	Notes    []string  `json:"notes,omitempty"` // said of each value besides
	Labelled bool      `json:"labelled,omitempty"`
}

// Node draws the chart: a place for it and its data, which charts.js turns into a picture.
func (c Chart) Node() g.Node {
	data, err := json.Marshal(c) // escapes what could end the element
	if err != nil {
		return State{Icon: "alert-triangle", Title: c.Title}.Node() // a value that is no number
	}
	return h.Figure(h.Class("z-chart z-chart-"+orMedium(c.Size)),
		h.Div(h.Class("z-chart-canvas"), h.Role("img"), h.Aria("label", c.Title)),
		h.Script(h.Type("application/json"), g.Raw(string(data))),
		g.If(c.Note != "", h.FigCaption(h.Class("z-chart-note"), g.Text(c.Note))))
}

func orMedium(size string) string {
	if size == "" {
		return "medium"
	}
	return size
}
