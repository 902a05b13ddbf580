package ui

import (
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Steps shows the way through something that takes several pages, and where one is on it, counting from 1.
func Steps(v View, at int, labels ...string) g.Node {
	var items g.Group
	for i, label := range labels {
		number := g.Node(g.Text(v.Number(int64(i + 1))))
		class := "z-step"
		if i+1 < at {
			class, number = "z-step z-step-done", Icon("check")
		}
		items = append(items, h.Li(h.Class(class), g.If(i+1 == at, h.Aria("current", "step")), h.Span(h.Class("z-step-no"), number), h.Span(g.Text(label))))
	}
	return h.Ol(h.Class("z-steps"), items)
}

// ProgressBar shows how much of something is done, as a share of one; a negative share is unknown.
func ProgressBar(label string, share float64) g.Node {
	if share < 0 {
		return g.El("progress", h.Class("z-progress"), h.Aria("label", label))
	}
	percent := int(100 * min(share, 1))
	return g.El("progress", h.Class("z-progress"), h.Aria("label", label), g.Attr("max", "100"), g.Attr("value", strconv.Itoa(percent)))
}
