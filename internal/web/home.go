package web

import (
	"context"
	"net/http"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// showHome is the overview: the numbers that matter, the pipeline by stage, what changed since last Monday, and the deals
// that need attention.
func (s *Site) showHome(w http.ResponseWriter, r *http.Request, v visit) error {
	if !v.access.May(identity.MetricsView) {
		return s.render(w, r, v, ui.Page{Title: v.T("home.title"), Body: ui.Card{}.Node(ui.State{Icon: "home", Title: v.T("home.none.title"), Text: v.T("home.none.text")}.Node())})
	}
	day, err := dayParam(v, "asof", r.URL.Query().Get("asof"))
	if err != nil {
		return err
	}
	in, err := newWindow(v, r.URL.Query().Get("period"), day)
	if err != nil {
		return err
	}
	a, err := s.asker(r.Context(), v)
	if err != nil {
		return err
	}
	o := overview{asker: a, v: v, day: day, in: in}
	parts := make(g.Group, 3)
	err = together(
		part(r.Context(), o.cards, &parts[0]),
		part(r.Context(), o.charts, &parts[1]),
		part(r.Context(), o.attention, &parts[2]))
	if err != nil {
		return err
	}
	return s.render(w, r, v, ui.Page{
		Title: v.T("home.title"), Lead: v.T("home.lead", "period", periodLabel(v.view.Lang, v, in.period)), Scripts: ui.ChartScripts, Live: true,
		Actions: []g.Node{o.controls(r.URL.Query().Get("period"))},
		Body:    g.Group{ui.AsOf(v.view, pastDay(v, day), "/"), live("home-parts", v.view.Path, parts)},
	})
}

// part is the task of drawing a part of a page into a place of its own.
func part[T any](ctx context.Context, draw func(context.Context) (T, error), into *T) func() error {
	return func() (err error) {
		*into, err = draw(ctx)
		return err
	}
}

// live is a part of a page that fetches itself again when something changes.
func live(id, path string, part g.Node) g.Node {
	return h.Div(h.ID(id), g.Attr("hx-get", path), g.Attr("hx-trigger", "zveno:changed from:body"), g.Attr("hx-select", "#"+id), g.Attr("hx-swap", "outerHTML"), part)
}

// pastDay is the day of a page that shows the past, or 0.
func pastDay(v visit, day value.Day) value.Day {
	if day == v.view.Today() {
		return 0
	}
	return day
}

// overview is what the parts of the home page are made from.
type overview struct {
	asker
	v   visit
	day value.Day // at whose end everything is
	in  window
}

// controls choose the period and the day.
func (o overview) controls(period string) g.Node {
	asOf := ""
	if pastDay(o.v, o.day) != 0 {
		asOf = o.day.String()
	}
	if period == "" {
		period = o.in.period.Name
	}
	return ui.Filters{Action: "/", Items: []ui.Filter{
		{Name: "period", Label: o.v.T("filter.period"), Value: period, Options: periodOptions(o.v, o.day)},
		{Name: "asof", Label: o.v.T("ui.asof.label"), Type: "date", Value: asOf},
	}}.Node(o.v.view)
}

// card is a number of the overview.
type card struct {
	metric string
	state  bool // what there is at the end of the window, not what happened in it
	trend  bool // drawn by month
}

var cards = []card{
	{"open_pipeline", true, false}, {"weighted_pipeline", true, false}, {"pipeline_created", false, true}, {"won", false, true},
	{"win_rate_closed", false, true}, {"deal_size", false, true}, {"cycle", false, true}, {"velocity", true, false},
}

// cards draws the numbers, each beside the same number of the period before.
func (o overview) cards(ctx context.Context) (g.Node, error) {
	before := o.in.previous(o.v)
	note := o.v.T("home.against", "period", periodLabel(o.v.view.Lang, o.v, before.period))
	drawn := make([]ui.KPI, len(cards))
	tasks := make([]func() error, len(cards))
	for i, c := range cards {
		tasks[i] = part(ctx, func(ctx context.Context) (ui.KPI, error) { return o.card(ctx, c, before) }, &drawn[i])
	}
	if err := together(tasks...); err != nil {
		return nil, err
	}
	var nodes g.Group
	for _, k := range drawn {
		if k.Delta != nil {
			k.Note = note
		}
		nodes = append(nodes, k.Node(o.v.view))
	}
	return h.Section(h.Class("z-kpis"), h.Aria("label", o.v.T("home.cards")), nodes), nil
}

func (o overview) card(ctx context.Context, c card, before window) (ui.KPI, error) {
	d, err := o.catalog.Find(c.metric, 0)
	if err != nil {
		return ui.KPI{}, err
	}
	ask := window.query
	if c.state {
		ask = window.state
	}
	look := o.course
	if c.trend {
		look = o.trend
	}
	var now, earlier metric.Cell
	var past []float64
	err = together(
		part(ctx, func(ctx context.Context) (metric.Cell, error) { return o.one(ctx, c.metric, ask(o.in)) }, &now),
		part(ctx, func(ctx context.Context) (metric.Cell, error) { return o.one(ctx, c.metric, ask(before)) }, &earlier),
		part(ctx, func(ctx context.Context) ([]float64, error) { return look(ctx, c.metric) }, &past))
	if err != nil {
		return ui.KPI{}, err
	}
	return o.kpi(c, d, now, earlier, past), nil
}

// kpi draws what is known of a number.
func (o overview) kpi(c card, d metric.Definition, now, earlier metric.Cell, past []float64) ui.KPI {
	v := o.v.view
	k := ui.KPI{Label: wordsIn(v.Lang, d.Name), Href: o.metricAddress(c, ""), Value: figure(v, now.Value, d.Unit), Delta: delta(v, d, now.Value, earlier.Value), Trend: past}
	if d.Unit == metric.UnitMoneyPerDay {
		k.Value, k.Unit = figure(v, now.Value, metric.UnitMoney), o.v.T("metric.a_day")
	}
	if now.Value != nil {
		k.Exact = exactFigure(v, now.Value, d.Unit)
	}
	if d.Kind != metric.KindVelocity {
		k.RowsHref = o.metricAddress(c, "/deals")
	}
	if now.Small {
		k.Note = o.v.T("metric.small", "n", now.N)
	}
	return k
}

// metricAddress leads to a metric, or below it, for the same window.
func (o overview) metricAddress(c card, below string) string {
	asOf, period := "", o.in.period.Name
	if o.in.asOf != 0 {
		asOf = o.in.last.String()
	}
	if c.state {
		period = ""
	}
	return address("/metrics/"+c.metric+below, "period", period, "asof", asOf)
}

// one asks for a single cell.
func (a asker) one(ctx context.Context, id string, q metric.Query) (metric.Cell, error) {
	result, err := a.compute(ctx, id, 0, q)
	if err != nil || len(result.Cells) == 0 {
		return metric.Cell{}, err
	}
	return result.Cells[0], nil
}

// trendMonths is how many months a card looks back.
const trendMonths = 12

// trend is a number by month, for the months that were over on the day of the page: the last one would always look like a
// fall. Months without a number are left out of rates.
func (o overview) trend(ctx context.Context, id string) ([]float64, error) {
	calendar := o.v.settings.Calendar()
	last := calendar.Month(o.in.last+1) - 1
	first := calendar.NumberedPeriod(last-trendMonths+1, value.GrainMonth).First
	until := calendar.NumberedPeriod(last, value.GrainMonth).Last
	result, err := o.compute(ctx, id, 0, metric.Query{By: []string{"month"}, First: first, Last: until, AsOf: o.in.asOf})
	if err != nil {
		return nil, err
	}
	byMonth := map[string]metric.Cell{}
	for _, cell := range result.Cells {
		byMonth[cell.By[0].Text] = cell
	}
	var values []float64
	for month := last - trendMonths + 1; month <= last; month++ {
		cell, there := byMonth[calendar.NumberedPeriod(month, value.GrainMonth).Name]
		switch {
		case there && cell.Value != nil:
			values = append(values, cell.Value.Float())
		case result.Unit == metric.UnitMoney && id != "deal_size":
			values = append(values, 0)
		}
	}
	return values, nil
}

// courseWeeks is how many weeks the course of a state looks back.
const courseWeeks = 8

// course is a state at the end of the page's day and of the weeks before.
func (o overview) course(ctx context.Context, id string) ([]float64, error) {
	cells := make([]metric.Cell, courseWeeks+1)
	tasks := make([]func() error, len(cells))
	for i := range cells {
		q := windowUntil(o.v, o.in.period, o.in.last-value.Day(7*(courseWeeks-i))).state()
		tasks[i] = part(ctx, func(ctx context.Context) (metric.Cell, error) { return o.one(ctx, id, q) }, &cells[i])
	}
	if err := together(tasks...); err != nil {
		return nil, err
	}
	var values []float64
	for _, cell := range cells {
		if cell.Value != nil {
			values = append(values, cell.Value.Float())
		}
	}
	return values, nil
}
