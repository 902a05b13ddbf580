package web

import (
	"context"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/web/ui"
)

// charts draws the pipeline by stage beside what changed since last Monday.
func (o overview) charts(ctx context.Context) (g.Node, error) {
	var stages, changes g.Node
	if err := together(part(ctx, o.stages, &stages), part(ctx, o.changes, &changes)); err != nil {
		return nil, err
	}
	return h.Div(h.Class("z-grid z-grid-2"), stages, changes), nil
}

// stageRow is a stage with what is in it.
type stageRow struct {
	name, pipeline, rows string
	amount               float64
	deals                int64
	share                float64
}

// stages draws the open pipeline by stage, with its table.
func (o overview) stages(ctx context.Context) (g.Node, error) {
	q := o.in.state()
	q.By = []string{"pipeline", "stage"}
	result, err := o.compute(ctx, "open_pipeline", 0, q)
	if err != nil {
		return nil, err
	}
	rows := o.stageRows(result)
	v := o.v.view
	more := h.A(h.Href(address("/metrics/open_pipeline", "by", "stage", "asof", o.asOfParam())), v.Text("home.explore"))
	frame := ui.Card{Title: o.v.T("home.stages"), Flush: true, Actions: []g.Node{more}}
	if len(rows) == 0 {
		return frame.Node(ui.State{Icon: "layout-kanban", Title: o.v.T("home.no_deals.title"), Text: o.v.T("home.no_deals.text")}.Node()), nil
	}
	chart := ui.Chart{Title: o.v.T("home.stages"), Format: "money", Currency: v.Currency, Horizontal: true, Series: []ui.Series{{Name: o.v.T("column.amount"), Labelled: true, Tone: ui.ToneAccent}}}
	total, deals := 0.0, int64(0)
	for _, r := range rows {
		total, deals = total+r.amount, deals+r.deals
		chart.Categories = append(chart.Categories, r.name)
		chart.Links = append(chart.Links, r.rows)
		chart.Series[0].Values = append(chart.Series[0].Values, r.amount)
		chart.Series[0].Notes = append(chart.Series[0].Notes, r.pipeline+" · "+o.v.T("count.deals", "n", r.deals))
	}
	frame.Lead = v.Amount(total) + " · " + o.v.T("count.deals", "n", deals)
	table := ui.Table[stageRow]{Caption: o.v.T("home.stages"), Rows: rows, Columns: []ui.Column[stageRow]{
		{Label: o.v.T("column.stage"), Cell: func(r stageRow) g.Node { return g.Text(r.name) }},
		{Label: o.v.T("column.pipeline"), Wide: true, Cell: func(r stageRow) g.Node { return h.Span(h.Class("z-muted"), g.Text(r.pipeline)) }},
		{Label: o.v.T("column.deals"), Numeric: true, Cell: func(r stageRow) g.Node { return g.Text(v.Number(r.deals)) }},
		{Label: o.v.T("column.amount"), Numeric: true, Cell: func(r stageRow) g.Node { return h.A(h.Href(r.rows), g.Text(v.Amount(r.amount))) }},
		{Label: o.v.T("column.share"), Wide: true, Cell: func(r stageRow) g.Node { return ui.Share(r.share) }},
	}}
	return frame.Node(h.Div(h.Class("z-card-body"), chart.Node()), dataTable(v, table.Node(v))), nil
}

// stageRows gives the stages that hold deals. A stage whose name several pipelines have is named with its pipeline.
func (o overview) stageRows(result metric.Result) []stageRow {
	named := map[string]int{}
	total := 0.0
	for _, cell := range result.Cells {
		named[cell.By[1].Text]++
		total += cell.Value.Float()
	}
	var rows []stageRow
	for _, cell := range result.Cells {
		pipeline, stage := cell.By[0].Text, cell.By[1].Text
		where := equals("pipeline", pipeline) + " && " + equals("stage", stage)
		row := stageRow{name: stage, pipeline: pipeline, amount: cell.Value.Float(), deals: cell.N, rows: address("/metrics/open_pipeline/deals", "where", where, "asof", o.asOfParam())}
		if named[stage] > 1 {
			row.name = o.v.T("home.stage_of", "stage", stage, "pipeline", pipeline)
		}
		if total > 0 {
			row.share = row.amount / total
		}
		rows = append(rows, row)
	}
	return rows
}

// asOfParam is the day of the page where it shows the past.
func (o overview) asOfParam() string {
	if o.in.asOf == 0 {
		return ""
	}
	return o.in.last.String()
}

// dataTable is the table that stands beside a chart, folded.
func dataTable(v ui.View, table g.Node) g.Node {
	return h.Details(h.Class("z-data"), h.Summary(ui.Icon("chevron-right"), v.Text("ui.table.data")), table)
}

// changes draws the waterfall since last Monday.
func (o overview) changes(ctx context.Context) (g.Node, error) {
	from := lastMonday(o.in.last, o.v.settings.Zone)
	to := o.in.asOf
	if to == 0 {
		to = o.base.Now
	}
	q := metric.WaterfallQuery{From: from, To: to}
	result, err := o.waterfall(ctx, q)
	if err != nil {
		return nil, err
	}
	fall := newFall(o.v, result, func(line string) string {
		return address("/waterfall/deals", "from", dayOf(from, o.v), "to", o.asOfParam(), "line", line)
	})
	v := o.v.view
	more := h.A(h.Href(address("/waterfall", "from", dayOf(from, o.v), "to", o.asOfParam())), v.Text("home.explore"))
	return ui.Card{Title: o.v.T("home.changes"), Lead: o.v.T("home.changes_since", "time", v.Time(from)), Flush: true, Actions: []g.Node{more}}.Node(
		h.Div(h.Class("z-card-body"), fall.chart("").Node()), dataTable(v, fall.table())), nil
}
