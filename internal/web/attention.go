package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/web/ui"
)

// worst is how many deals each list of the overview shows.
const worst = 6

// concern is a reason to look at deals, with those it is most true of.
type concern struct {
	name  string // of its texts: home.<name>.title, .text, .none
	all   string // address of all of them
	count int    // of all of them
	more  bool   // there are more than count
	top   []concernRow
}

// concernRow is a deal with what makes it one of them.
type concernRow struct{ id, name, about, value string }

// attention draws the deals that need somebody to look at them.
func (o overview) attention(ctx context.Context) (g.Node, error) {
	finds := []func(context.Context) (concern, error){o.overdue, o.stuck}
	if o.in.asOf == 0 && o.v.access.May(identity.RecordsView) {
		finds = append(finds, o.unplanned)
	}
	found := make([]concern, len(finds))
	tasks := make([]func() error, len(finds))
	for i, find := range finds {
		tasks[i] = part(ctx, find, &found[i])
	}
	if err := together(tasks...); err != nil {
		return nil, err
	}
	var nodes g.Group
	for _, c := range found {
		nodes = append(nodes, c.node(o.v))
	}
	return h.Div(h.Class(fmt.Sprintf("z-grid z-grid-%d", len(finds))), nodes), nil
}

func (c concern) node(v visit) g.Node {
	text := func(part string) string { return v.T("home." + c.name + "." + part) }
	frame := ui.Card{Title: text("title"), Lead: text("text"), Flush: true}
	if c.count == 0 {
		return frame.Node(ui.State{Icon: "check", Title: text("none")}.Node())
	}
	count := v.view.Number(int64(c.count))
	if c.more {
		count += "+"
	}
	frame.Actions = []g.Node{ui.Badge(ui.ToneWarn, count), h.A(h.Href(c.all), v.view.Text("home.all"))}
	return frame.Node(ui.Table[concernRow]{Caption: text("title"), Rows: c.top, Leads: true, Columns: []ui.Column[concernRow]{
		{Label: v.T("column.deal"), Cell: func(r concernRow) g.Node {
			return g.Group{h.A(h.Href("/deals/"+r.id), g.Text(r.name)), h.Div(h.Class("z-sub"), g.Text(r.about))}
		}},
		{Label: text("value"), Numeric: true, Cell: func(r concernRow) g.Node { return g.Text(r.value) }},
	}}.Node(v.view))
}

// worstRows remembers the first rows of a list and how many there are.
type worstRows struct {
	top   []metric.Row
	count int
}

// worst takes the deals with the largest values behind a metric into a concern.
func (o overview) worst(ctx context.Context, c concern, id string, q metric.Query, unit metric.Unit) (concern, error) {
	found, err := remember(ctx, o.site.answers, o.key("worst "+id, o.within(q)), func(ctx context.Context) (worstRows, error) {
		rows, err := o.rows(ctx, id, 0, q)
		return worstRows{slices.Clone(rows[:min(worst, len(rows))]), len(rows)}, err
	})
	if err != nil {
		return c, err
	}
	now, err := o.site.dealsNow(ctx, o.v, found.top)
	if err != nil {
		return c, err
	}
	c.count = found.count
	c.all = address("/metrics/"+id+"/deals", "where", q.Where, "asof", o.asOfParam())
	for _, r := range found.top {
		c.top = append(c.top, concernRow{id: r.ID, name: r.Name, about: now[r.ID].about(), value: exactFigure(o.v.view, r.Value, unit)})
	}
	return c, nil
}

// overdue are open deals whose close date has passed.
func (o overview) overdue(ctx context.Context) (concern, error) {
	q := o.in.state()
	q.Where = fmt.Sprintf("close < %q", o.in.last.String())
	return o.worst(ctx, concern{name: "overdue"}, "open_pipeline", q, metric.UnitMoney)
}

// stuck are open deals that have been in their stage for longer than four fifths of deals were.
func (o overview) stuck(ctx context.Context) (concern, error) {
	q := o.in.state()
	q.By = []string{"pipeline", "stage"}
	usual, err := o.compute(ctx, "time_in_stage", 0, q)
	if err != nil {
		return concern{}, err
	}
	var longer []string
	for _, cell := range usual.Cells {
		if cell.P80 != nil && !cell.Small {
			longer = append(longer, fmt.Sprintf("(%s && %s && hours > %.1f)", equals("pipeline", cell.By[0].Text), equals("stage", cell.By[1].Text), 24*cell.P80.Float()))
		}
	}
	if len(longer) == 0 {
		return concern{name: "stuck"}, nil
	}
	q = o.in.state()
	q.Where = "!ended && (" + strings.Join(longer, " || ") + ")"
	return o.worst(ctx, concern{name: "stuck"}, "time_in_stage", q, metric.UnitDays)
}

// unplanned are open deals for which nobody wrote down what comes next, those that are due first.
func (o overview) unplanned(ctx context.Context) (concern, error) {
	key := fmt.Sprintf("unplanned|%d|%s|%s", o.at, o.scope, o.v.view.Lang)
	return remember(ctx, o.site.answers, key, o.findUnplanned)
}

func (o overview) findUnplanned(ctx context.Context) (concern, error) {
	c := concern{name: "unplanned"}
	err := o.site.DB.Read(ctx, func(tx *db.Tx) error {
		stages, err := crm.ListStages(ctx, tx)
		if err != nil {
			return err
		}
		where := []crm.Filter{{Field: "next_step", Op: crm.OpEmpty}, {Field: "stage", Op: crm.OpIs, Values: openStages(stages)}}
		if len(where[1].Values) == 0 {
			return nil
		}
		page, err := crm.ListRecords(ctx, tx, o.v.access.Scope, crm.ListQuery{Object: crm.ObjectNamed("deal"), Where: where, Sort: "close", Limit: worst})
		if err != nil {
			return err
		}
		c.count, c.more = page.Total, page.More
		c.all = address("/pipeline", "next_step", filterNone, "sort", "close")
		for _, r := range page.Records {
			now := newDealNow(r, page.Names)
			row := concernRow{id: r.ID.String(), name: r.Name(), about: now.about(), value: "—"}
			if now.close != 0 {
				row.value = o.v.view.Date(now.close)
			}
			c.top = append(c.top, row)
		}
		return nil
	})
	return c, err
}

// openStages are the IDs of the stages in which deals are open.
func openStages(stages []crm.Stage) []string {
	var ids []string
	for _, s := range stages {
		if s.Outcome == crm.OutcomeOpen {
			ids = append(ids, s.ID.String())
		}
	}
	return ids
}

// largestCells are the cells with the largest values, in their order.
func largestCells(cells []metric.Cell, most int) []metric.Cell {
	sorted := slices.Clone(cells)
	slices.SortStableFunc(sorted, func(a, b metric.Cell) int { return cmp.Compare(b.Value.Float(), a.Value.Float()) })
	return sorted[:min(most, len(sorted))]
}
