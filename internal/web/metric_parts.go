package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// maxBars is how many groups a chart shows; the table has them all.
const maxBars = 15

// values draws the metric's value, and its chart and table where it is cut.
func (p metricPage) values() g.Node {
	v := p.v.view
	var head g.Node
	if len(p.total.Cells) == 1 {
		head = p.headline(p.total.Cells[0])
	}
	if len(p.result.By) == 0 {
		return ui.Card{Title: p.v.T("metric.value")}.Node(head)
	}
	if len(p.result.Cells) == 0 {
		return ui.Card{}.Node(ui.State{Icon: "mood-empty", Title: p.v.T("list.none.title"), Text: p.v.T("list.none.text")}.Node())
	}
	title := p.title()
	return ui.Card{Title: title, Flush: true}.Node(h.Div(h.Class("z-card-body"), head, p.chart(title).Node()), p.table(v))
}

// headline is the value without dimensions.
func (p metricPage) headline(cell metric.Cell) g.Node {
	v := p.v.view
	text := h.Span(h.Class("z-kpi-value"), g.Text(exactFigure(v, cell.Value, p.d.Unit)))
	if p.d.Kind != metric.KindVelocity {
		text = h.A(h.Class("z-kpi-value"), h.Href(p.in.address("/deals")), g.Text(exactFigure(v, cell.Value, p.d.Unit)))
	}
	return g.Group{h.P(text), h.P(h.Class("z-kpi-note"), g.Text(p.v.T("metric.sample", "n", cell.N)), p.interval(cell), p.small(cell))}
}

func (p metricPage) interval(cell metric.Cell) g.Node {
	if cell.Interval == nil {
		return nil
	}
	low, high := p.v.view.Percent(cell.Interval[0]), p.v.view.Percent(cell.Interval[1])
	return h.Span(g.Text(p.v.T("metric.interval", "low", low, "high", high)))
}

func (p metricPage) small(cell metric.Cell) g.Node {
	if !cell.Small {
		return nil
	}
	return ui.Badge(ui.ToneWarn, p.v.T("metric.small_short"))
}

func (p metricPage) chart(title string) ui.Chart {
	format := map[metric.Unit]string{metric.UnitMoney: "money", metric.UnitMoneyPerDay: "money", metric.UnitRatio: "percent"}[p.d.Unit]
	overTime := isPeriod(p.result.By[0])
	c := ui.Chart{Title: title, Format: format, Currency: p.v.view.Currency, Horizontal: !overTime, Series: []ui.Series{{Tone: ui.ToneAccent, Labelled: true}}}
	for _, cell := range p.largest(overTime) {
		s := &c.Series[0]
		c.Categories = append(c.Categories, p.name(cell))
		c.Links = append(c.Links, p.cellAddress(cell))
		s.Values = append(s.Values, cell.Value.Float())
		s.Notes = append(s.Notes, p.v.T("metric.sample", "n", cell.N))
	}
	if len(c.Categories) > 8 && c.Horizontal {
		c.Size = "tall"
	}
	return c
}

// largest are the cells that a chart shows: in their order, the largest ones where there are too many, the last ones of
// time.
func (p metricPage) largest(overTime bool) []metric.Cell {
	var cells []metric.Cell
	for _, cell := range p.result.Cells {
		if cell.Value != nil {
			cells = append(cells, cell)
		}
	}
	if len(cells) <= maxBars {
		return cells
	}
	if overTime {
		return cells[len(cells)-maxBars:]
	}
	return largestCells(cells, maxBars)
}

// name is what a cell is about, in words.
func (p metricPage) name(cell metric.Cell) string {
	text := cell.By[0].Text
	if text == "" {
		return p.v.T("metric.none")
	}
	if isPeriod(p.result.By[0]) {
		if period, err := p.v.settings.Calendar().ParsePeriod(text); err == nil {
			return periodLabel(p.v.view.Lang, p.v, period)
		}
	}
	return text
}

// isPeriod reports whether a dimension is time.
func isPeriod(dimension string) bool {
	return slices.Contains([]string{"month", "quarter", "year"}, dimension)
}

// cellAddress leads to the deals of one cell; "" where they cannot be asked for.
func (p metricPage) cellAddress(cell metric.Cell) string {
	if p.d.Kind == metric.KindVelocity || cell.By[0].Text == "" {
		return ""
	}
	in := p.in
	in.by = ""
	if isPeriod(p.result.By[0]) {
		in.period = cell.By[0].Text
		return in.address("/deals")
	}
	condition := equals(p.result.By[0], cell.By[0].Text)
	if in.where != "" {
		condition = "(" + in.where + ") && " + condition
	}
	in.where = condition
	return in.address("/deals")
}

// equals is a filter for one value of a dimension.
func equals(dimension, text string) string { return dimension + " == " + strconv.Quote(text) }

// title names what the metric is cut by.
func (p metricPage) title() string {
	return p.v.T("metric.by", "dimension", i18n.LowerFirst(p.dimension(p.result.By[0])))
}

// table has all the cells, sorted as the address says.
func (p metricPage) table(v ui.View) g.Node {
	columns := []ui.Column[metric.Cell]{
		{Key: "name", Label: p.dimension(p.result.By[0]), Cell: func(c metric.Cell) g.Node { return g.Text(p.name(c)) }},
		{Key: "value", Label: p.v.T("column.value"), Numeric: true, Cell: func(c metric.Cell) g.Node {
			text := g.Text(exactFigure(v, c.Value, p.d.Unit))
			if href := p.cellAddress(c); href != "" {
				return h.A(h.Href(href), text)
			}
			return text
		}},
	}
	if p.d.Kind == metric.KindRatio {
		columns = append(columns, ui.Column[metric.Cell]{Label: p.v.T("metric.interval_short"), Numeric: true, Wide: true, Cell: p.range95})
	}
	if p.d.Kind == metric.KindMedian || p.d.Kind == metric.KindSurvival {
		columns = append(columns, ui.Column[metric.Cell]{Label: "P80", Numeric: true, Wide: true, Cell: func(c metric.Cell) g.Node { return g.Text(exactFigure(v, c.P80, p.d.Unit)) }})
	}
	columns = append(columns, ui.Column[metric.Cell]{Key: "sample", Label: p.v.T("metric.sample_short"), Numeric: true, Cell: func(c metric.Cell) g.Node {
		return g.Group{p.small(c), g.Text(" " + v.Number(c.N))}
	}})
	return ui.Table[metric.Cell]{Caption: p.title(), Columns: columns, Rows: p.sorted(), Sort: p.in.sort,
		SortHref: func(sort string) string { return p.in.address("", "sort", sort) }}.Node(v)
}

func (p metricPage) range95(cell metric.Cell) g.Node {
	if cell.Interval == nil {
		return nil
	}
	return g.Text(p.v.T("metric.range", "low", p.v.view.Percent(cell.Interval[0]), "high", p.v.view.Percent(cell.Interval[1])))
}

// sorted are the cells in the order that the address asks for; unknown values come last either way.
func (p metricPage) sorted() []metric.Cell {
	cells := slices.Clone(p.result.Cells)
	key, descending := strings.CutPrefix(p.in.sort, "-")
	compare := map[string]func(a, b metric.Cell) int{
		"name":   func(a, b metric.Cell) int { return cmp.Compare(value.Fold(a.By[0].Text), value.Fold(b.By[0].Text)) },
		"value":  func(a, b metric.Cell) int { return cmp.Compare(a.Value.Float(), b.Value.Float()) },
		"sample": func(a, b metric.Cell) int { return cmp.Compare(a.N, b.N) },
	}[key]
	if compare == nil {
		return cells
	}
	slices.SortStableFunc(cells, func(a, b metric.Cell) int {
		if key == "value" && (a.Value == nil || b.Value == nil) {
			return cmp.Compare(btoi(a.Value == nil), btoi(b.Value == nil))
		}
		if descending {
			a, b = b, a
		}
		return compare(a, b)
	})
	return cells
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// export sends the cells as a file.
func (p metricPage) export(w http.ResponseWriter, r *http.Request, v visit) error {
	header := []string{p.title(), v.T("column.value"), v.T("metric.sample_short")}
	if len(p.result.By) > 0 {
		header[0] = p.dimension(p.result.By[0])
	}
	return writeCSV(w, r, v, p.d.ID, header, func(row func(...string) error) error {
		for _, c := range p.sorted() {
			name := p.v.T("metric.total")
			if len(c.By) > 0 {
				name = p.name(c)
			}
			if err := row(name, plainNumber(c.Value), strconv.FormatInt(c.N, 10)); err != nil {
				return err
			}
		}
		return nil
	})
}

// definition says how the number comes about.
func (p metricPage) definition() g.Node {
	v := p.v
	fact := func(label string, node g.Node) g.Node { return g.Group{h.Dt(g.Text(label)), h.Dd(node)} }
	var versions g.Group
	for _, d := range p.catalog.Definitions {
		if d.ID == p.d.ID {
			in := p.in
			in.version = d.Version
			versions = append(versions, h.A(h.Href(in.address("")), g.If(d.Version == p.d.Version, h.Aria("current", "true")), g.Text(v.T("metric.version", "n", d.Version))), g.Text(" "))
		}
	}
	direction := v.T("metric.direction.none")
	if p.d.Direction != "" {
		direction = v.T("metric.direction." + p.d.Direction)
	}
	return ui.Card{Title: v.T("metric.definition")}.Node(h.Dl(h.Class("z-facts"),
		fact(v.T("metric.formula"), h.Code(g.Text(p.d.Formula))),
		fact(v.T("metric.unit"), g.Text(v.T("metric.units."+string(p.d.Unit)))),
		g.If(p.d.Filter != "", fact(v.T("metric.filter"), h.Code(g.Text(p.d.Filter)))),
		fact(v.T("metric.direction.label"), g.Text(direction)),
		g.If(p.d.MinSample > 0, fact(v.T("metric.min_sample"), g.Text(v.view.Number(p.d.MinSample)))),
		g.If(p.d.Kind == metric.KindVelocity, fact(v.T("metric.parts"), p.parts())),
		fact(v.T("metric.versions"), versions),
		fact(v.T("metric.name_in_api"), h.Code(g.Text(p.d.ID))),
		fact(v.T("metric.as_of"), g.Text(v.view.Time(min(p.result.AsOf, v.now)))),
	))
}

// parts lead to the metrics that this one is made of.
func (p metricPage) parts() g.Node {
	var nodes g.Group
	for _, name := range []string{"value", "win_rate", "cycle"} {
		if d, err := p.catalog.Find(p.d.Parts[name], 0); err == nil {
			nodes = append(nodes, h.Div(h.A(h.Href("/metrics/"+d.ID), g.Text(wordsIn(p.v.view.Lang, d.Name)))))
		}
	}
	return nodes
}

// showMetricDeals lists the deals that a number is made of.
func (s *Site) showMetricDeals(w http.ResponseWriter, r *http.Request, v visit) error {
	in := readQuestion(r)
	a, err := s.asker(r.Context(), v)
	if err != nil {
		return err
	}
	d, err := a.catalog.Find(in.id, in.version)
	if err != nil {
		return err
	}
	if d.Kind == metric.KindVelocity {
		return fault.New(fault.NotFound, "this metric is made of others, not of deals")
	}
	q, err := in.query(v)
	if err != nil {
		return err
	}
	rows, err := a.rows(r.Context(), in.id, in.version, q)
	if err != nil {
		return err
	}
	p := metricPage{in: in, v: v, d: d, catalog: a.catalog}
	day, _ := dayParam(v, "asof", in.asOf) // checked by query
	list := dealList{title: v.T("list.behind", "metric", wordsIn(v.view.Lang, d.Name)), lead: p.about(), rows: rows, file: d.ID, crumbs: p.crumbs(v.T("column.deals")),
		above: ui.AsOf(v.view, pastDay(v, day), r.URL.Path), unit: rowUnit(a.catalog, d),
		address: func(pairs ...string) string { return in.address("/deals", pairs...) }}
	if d.Value != "" {
		list.value = v.T("column.value")
	}
	if d.Numerator != "" {
		list.counts = v.T("column.counts")
	}
	return s.showDealList(w, r, v, list)
}

// rowUnit is the unit of the rows behind a metric: amounts that are weighed into a share are still amounts.
func rowUnit(c *metric.Catalog, d metric.Definition) metric.Unit {
	if f, ok := c.Sources[d.Source].Fields[d.Value]; ok && f.Type == metric.FieldMoney {
		return metric.UnitMoney
	}
	return d.Unit
}

// about says in words what a list is limited to.
func (p metricPage) about() string {
	text := ""
	if p.in.period != "" {
		if period, err := p.v.settings.Calendar().ParsePeriod(p.in.period); err == nil {
			text = periodLabel(p.v.view.Lang, p.v, period)
		}
	}
	if p.in.where != "" {
		if text != "" {
			text += " · "
		}
		text += p.in.where
	}
	if text == "" && p.in.asOf == "" {
		return i18n.T(p.v.view.Lang, "filter.all_time")
	}
	return text
}
