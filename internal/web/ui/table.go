package ui

import (
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Column is one column of a table whose rows are of type R.
type Column[R any] struct {
	Key     string // as Sort names it; "" = cannot be sorted by
	Label   string
	Numeric bool // right-aligned, figures below each other
	Wide    bool // left out on phones
	Cell    func(R) g.Node
}

// Table is rows under columns. The address is its state: where it is sorted differently is a link.
type Table[R any] struct {
	Caption  string // for screen readers
	Columns  []Column[R]
	Rows     []R
	Sort     string                   // key of the column, with a minus in front for descending; "" = not sorted by a column
	SortHref func(sort string) string // address of the same table sorted otherwise; nil = cannot be sorted
	Leads    bool                     // a row leads where its first link does
	Foot     []g.Node                 // one cell for each column, below the rows; may be empty
	Empty    g.Node                   // instead of a table without rows
}

// Node draws the table.
func (t Table[R]) Node(v View) g.Node {
	if len(t.Rows) == 0 && t.Empty != nil {
		return t.Empty
	}
	return h.Div(h.Class("z-table-scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("label", t.Caption),
		h.Table(h.Class("z-table"),
			h.Caption(h.Class("visually-hidden"), g.Text(t.Caption)),
			h.THead(h.Tr(g.Map(t.Columns, func(c Column[R]) g.Node { return t.head(v, c) }))),
			h.TBody(g.Map(t.Rows, func(r R) g.Node {
				return h.Tr(g.If(t.Leads, h.Data("row", "")), g.Map(t.Columns, func(c Column[R]) g.Node {
					return h.Td(c.class(), c.Cell(r))
				}))
			})),
			g.If(len(t.Foot) > 0, h.TFoot(h.Tr(g.Group(t.footCells())))),
		))
}

func (t Table[R]) footCells() []g.Node {
	cells := make([]g.Node, 0, len(t.Foot))
	for i, node := range t.Foot {
		cells = append(cells, h.Td(t.Columns[i].class(), node))
	}
	return cells
}

func (t Table[R]) head(v View, c Column[R]) g.Node {
	if c.Key == "" || t.SortHref == nil {
		return h.Th(h.Scope("col"), c.class(), g.Text(c.Label))
	}
	sort, order, icon := c.Key, "none", "arrows-sort"
	switch t.Sort {
	case c.Key:
		sort, order, icon = "-"+c.Key, "ascending", "sort-ascending"
	case "-" + c.Key:
		order, icon = "descending", "sort-descending"
	default:
		if c.Numeric {
			sort = "-" + c.Key // the largest first is what one wants of numbers
		}
	}
	return h.Th(h.Scope("col"), c.class(), h.Aria("sort", order),
		h.A(h.Href(t.SortHref(sort)), h.Class("z-sort"), h.Title(v.T("ui.table.sort", "column", c.Label)), g.Text(c.Label), Icon(icon)))
}

func (c Column[R]) class() g.Node {
	var names []string
	if c.Numeric {
		names = append(names, "z-num")
	}
	if c.Wide {
		names = append(names, "z-wide")
	}
	if len(names) == 0 {
		return nil
	}
	return h.Class(strings.Join(names, " "))
}

// Pager leads to the pages before and after the one that is shown.
type Pager struct {
	Count      string // "1–50 of 1,234"
	Prev, Next string // addresses; "" = there is none
}

// Node draws the pager.
func (p Pager) Node(v View) g.Node {
	step := func(href, label, icon string) g.Node {
		if href == "" {
			return h.Span(h.Class("btn btn-sm disabled"), h.Aria("disabled", "true"), Icon(icon), h.Span(h.Class("visually-hidden"), g.Text(label)))
		}
		return h.A(h.Class("btn btn-sm"), h.Href(href), Icon(icon), h.Span(h.Class("visually-hidden"), g.Text(label)))
	}
	return h.Nav(h.Class("z-pager"), h.Aria("label", v.T("ui.pager.label")), h.Span(h.Class("z-pager-count"), g.Text(p.Count)),
		g.If(p.Prev != "" || p.Next != "", g.Group{step(p.Prev, v.T("ui.pager.prev"), "chevron-left"), step(p.Next, v.T("ui.pager.next"), "chevron-right")}))
}
