package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/web/ui"
)

// worst is how many deals each list of the overview shows.
const worst = 6

// concern is a reason to look at deals, with those it is most true of.
type concern struct {
	title, text, none string
	rows              string // address of all of them
	value             string // what the value of a row is
	unit              metric.Unit
	top               []metric.Row
	count             int
}

// attention draws the deals that need somebody to look at them.
func (o overview) attention(ctx context.Context) (g.Node, error) {
	var nodes g.Group
	for _, find := range []func(context.Context) (concern, error){o.overdue, o.stuck} {
		c, err := find(ctx)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, c.node(o.v))
	}
	return h.Div(h.Class("z-grid z-grid-2"), nodes), nil
}

func (c concern) node(v visit) g.Node {
	tone := ui.ToneWarn
	if c.count == 0 {
		tone = ui.ToneGood
	}
	badge := ui.Badge(tone, v.view.Number(int64(c.count)))
	frame := ui.Card{Title: c.title, Lead: c.text, Flush: true, Actions: []g.Node{badge}}
	if c.count == 0 {
		return frame.Node(ui.State{Icon: "check", Title: c.none}.Node())
	}
	frame.Actions = append(frame.Actions, h.A(h.Href(c.rows), v.view.Text("home.all")))
	return frame.Node(ui.Table[metric.Row]{Caption: c.title, Rows: c.top, Leads: true, Columns: []ui.Column[metric.Row]{
		{Label: v.T("column.deal"), Cell: func(r metric.Row) g.Node { return h.A(h.Href("/deals/"+r.ID), g.Text(r.Name)) }},
		{Label: c.value, Numeric: true, Cell: func(r metric.Row) g.Node { return g.Text(exactFigure(v.view, r.Value, c.unit)) }},
	}}.Node(v.view))
}

// worstRows remembers the first rows of a list and how many there are.
type worstRows struct {
	top   []metric.Row
	count int
}

func (o overview) worst(ctx context.Context, id string, q metric.Query) (worstRows, error) {
	return remember(ctx, o.site.answers, o.key("worst "+id, o.within(q)), func(ctx context.Context) (worstRows, error) {
		rows, err := o.rows(ctx, id, 0, q)
		return worstRows{slices.Clone(rows[:min(worst, len(rows))]), len(rows)}, err
	})
}

// overdue are open deals whose close date has passed.
func (o overview) overdue(ctx context.Context) (concern, error) {
	q := o.in.state()
	q.Where = fmt.Sprintf("close < %q", o.in.last.String())
	found, err := o.worst(ctx, "open_pipeline", q)
	return concern{title: o.v.T("home.overdue.title"), text: o.v.T("home.overdue.text"), none: o.v.T("home.overdue.none"), value: o.v.T("column.amount"), unit: metric.UnitMoney,
		rows: address("/metrics/open_pipeline/deals", "where", q.Where, "asof", o.asOfParam()), top: found.top, count: found.count}, err
}

// stuck are open deals that have been in their stage for longer than four fifths of deals were.
func (o overview) stuck(ctx context.Context) (concern, error) {
	c := concern{title: o.v.T("home.stuck.title"), text: o.v.T("home.stuck.text"), none: o.v.T("home.stuck.none"), value: o.v.T("column.in_stage"), unit: metric.UnitDays}
	q := o.in.state()
	q.By = []string{"pipeline", "stage"}
	usual, err := o.compute(ctx, "time_in_stage", 0, q)
	if err != nil {
		return c, err
	}
	var longer []string
	for _, cell := range usual.Cells {
		if cell.P80 != nil && !cell.Small {
			longer = append(longer, fmt.Sprintf("(%s && %s && hours > %.1f)", equals("pipeline", cell.By[0].Text), equals("stage", cell.By[1].Text), 24*cell.P80.Float()))
		}
	}
	if len(longer) == 0 {
		return c, nil
	}
	q = o.in.state()
	q.Where = "!ended && (" + strings.Join(longer, " || ") + ")"
	found, err := o.worst(ctx, "time_in_stage", q)
	c.top, c.count = found.top, found.count
	c.rows = address("/metrics/time_in_stage/deals", "where", q.Where, "asof", o.asOfParam())
	return c, err
}

// largestCells are the cells with the largest values, in their order.
func largestCells(cells []metric.Cell, most int) []metric.Cell {
	sorted := slices.Clone(cells)
	slices.SortStableFunc(sorted, func(a, b metric.Cell) int { return cmp.Compare(b.Value.Float(), a.Value.Float()) })
	return sorted[:min(most, len(sorted))]
}
