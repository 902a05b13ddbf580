package web

import (
	"math"
	"net/http"
	"net/url"
	"slices"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// showWaterfall is what changed in the open pipeline between two moments.
func (s *Site) showWaterfall(w http.ResponseWriter, r *http.Request, v visit) error {
	in, err := readFallQuestion(v, r.URL.Query())
	if err != nil {
		return err
	}
	a, err := s.asker(r.Context(), v)
	if err != nil {
		return err
	}
	q, err := in.query(v, a.base.Now)
	if err != nil {
		return err
	}
	result, err := a.waterfall(r.Context(), q)
	if err != nil {
		return err
	}
	fall := newFall(v, result, func(line string) string { return in.address("/waterfall/deals", "line", line) })
	frame := ui.Card{Title: v.T("waterfall.from_to", "from", v.view.Time(q.From), "to", v.view.Time(min(q.To, v.now))), Lead: v.T("waterfall.lead")}
	return s.render(w, r, v, ui.Page{
		Title: v.T("waterfall.title"), Scripts: ui.ChartScripts, Live: true, Lead: v.T("waterfall.explained"),
		Crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: v.T("waterfall.title")}},
		Body: g.Group{in.controls(v), live("waterfall-parts", v.view.Path, g.Group{
			frame.Node(fall.chart("tall").Node()),
			ui.Card{Flush: true, Title: v.T("waterfall.lines")}.Node(fall.table()),
		})},
	})
}

// fallQuestion is the address of a waterfall: days, a fiscal period in which deals are due, and the way of counting.
type fallQuestion struct{ from, to, period, gross, where string }

func readFallQuestion(v visit, q url.Values) (fallQuestion, error) {
	in := fallQuestion{from: q.Get("from"), to: q.Get("to"), period: q.Get("period"), gross: q.Get("gross"), where: q.Get("where")}
	to, err := dayParam(v, "to", in.to)
	if err != nil {
		return in, err
	}
	if in.from == "" {
		in.from = dayOf(lastMonday(to, v.settings.Zone), v)
	}
	if in.to != "" {
		in.to = to.String()
	}
	return in, nil
}

// address is that of a page about the same question.
func (in fallQuestion) address(path string, pairs ...string) string {
	return address(path, append([]string{"from", in.from, "to", in.to, "period", in.period, "gross", in.gross, "where", in.where}, pairs...)...)
}

// query is the question as package metric asks it: from the start of the first day to the end of the last, or to now.
func (in fallQuestion) query(v visit, now value.Instant) (metric.WaterfallQuery, error) {
	q := metric.WaterfallQuery{Gross: in.gross != "", To: now}
	from, err := value.ParseDay(in.from)
	if err != nil {
		return q, fault.InvalidField("from", "%q is not a day: expected something like %s", in.from, v.view.Today())
	}
	q.From = from.Start(v.settings.Zone)
	if in.to != "" {
		to, err := dayParam(v, "to", in.to)
		if err != nil {
			return q, err
		}
		q.To = min(to.End(v.settings.Zone)-1, now)
	}
	if q.From >= q.To {
		return q, fault.InvalidField("from", "%s", v.T("waterfall.wrong_order"))
	}
	if in.period != "" {
		period, err := v.settings.Calendar().ParsePeriod(in.period)
		if err != nil {
			return q, fault.InvalidField("period", "%v", err)
		}
		q.First, q.Last = period.First, period.Last
	}
	q.Where = in.where
	return q, nil
}

func (in fallQuestion) controls(v visit) g.Node {
	periods := append([]ui.Option{{Label: v.T("waterfall.any_period")}}, periodOptions(v, v.view.Today()+92)...)
	return ui.Filters{Action: "/waterfall", Items: []ui.Filter{
		{Name: "from", Label: v.T("filter.from"), Type: "date", Value: in.from},
		{Name: "to", Label: v.T("filter.to"), Type: "date", Value: in.to},
		{Name: "period", Label: v.T("waterfall.due"), Value: in.period, Options: periods},
		{Name: "gross", Label: v.T("waterfall.count"), Value: in.gross, Options: []ui.Option{{Label: v.T("waterfall.net")}, {Value: "1", Label: v.T("waterfall.gross")}}},
	}, Clear: "/waterfall"}.Node(v.view)
}

// showWaterfallDeals lists the deals that one line of a waterfall is made of.
func (s *Site) showWaterfallDeals(w http.ResponseWriter, r *http.Request, v visit) error {
	in, err := readFallQuestion(v, r.URL.Query())
	if err != nil {
		return err
	}
	a, err := s.asker(r.Context(), v)
	if err != nil {
		return err
	}
	q, err := in.query(v, a.base.Now)
	if err != nil {
		return err
	}
	line := r.URL.Query().Get("line")
	rows, err := a.waterfallRows(r.Context(), q, line)
	if err != nil {
		return err
	}
	list := dealList{title: v.T("line." + line), value: v.T("column.amount"), unit: metric.UnitMoney, rows: rows, file: "waterfall-" + line,
		lead:   v.T("waterfall.from_to", "from", v.view.Time(q.From), "to", v.view.Time(min(q.To, v.now))),
		crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: v.T("waterfall.title"), Href: in.address("/waterfall")}, {Label: v.T("line." + line)}},
		address: func(pairs ...string) string {
			return in.address("/waterfall/deals", append([]string{"line", line}, pairs...)...)
		}}
	return s.showDealList(w, r, v, list)
}

// dayOf is the day of an instant as addresses have it.
func dayOf(t value.Instant, v visit) string {
	return value.DayOf(t.Time().In(v.settings.Zone)).String()
}

// fall is a waterfall as pages draw it: lines in their order, each with the way to its deals.
type fall struct {
	v     visit
	lines []fallLine
}

type fallLine struct {
	name, label, rows string
	amount            float64 // not negative
	deals             int64
	sign              float64 // 1 comes, -1 leaves, 0 start or end
}

// newFall leaves out lines in which nothing happened.
func newFall(v visit, w metric.Waterfall, rows func(line string) string) fall {
	f := fall{v: v}
	sign := 1.0
	for _, name := range metric.Lines {
		if name == "decreased" { // from here on, lines leave
			sign = -1
		}
		line := fallLine{name: name, label: v.T("line." + name), sign: sign, rows: rows(name)}
		if name == "start" || name == "end" {
			line.sign = 0
		}
		for _, part := range w.Groups {
			line.amount += part.Lines[name].Amount.Float()
			line.deals += part.Lines[name].Deals
		}
		if line.sign == 0 || line.deals > 0 {
			f.lines = append(f.lines, line)
		}
	}
	return f
}

// chart draws each line where the one before ends.
func (f fall) chart(size string) ui.Chart {
	c := ui.Chart{Title: f.v.T("waterfall.title"), Size: size, Format: "money", Currency: f.v.view.Currency,
		Series: []ui.Series{{Name: f.v.T("column.amount"), Labelled: true}}}
	var levels []float64
	level := 0.0
	for _, line := range f.lines {
		base := level
		switch {
		case line.sign == 0:
			base, level = 0, line.amount
		case line.sign > 0:
			level += line.amount
		default:
			level -= line.amount
			base = level
		}
		levels = append(levels, level)
		c.Categories = append(c.Categories, line.label)
		c.Floating = append(c.Floating, base)
		c.Links = append(c.Links, line.rows)
		s := &c.Series[0]
		s.Values, s.Tones, s.Notes = append(s.Values, line.amount), append(s.Tones, line.tone()), append(s.Notes, f.v.T("count.deals", "n", line.deals))
	}
	if c.Min = axisStart(levels); c.Min > 0 {
		c.Note = f.v.T("waterfall.cut_axis")
	}
	return c
}

// axisStart is where the axis of a waterfall begins: at zero, or, where all that happened would be slivers high above it,
// closer, at a round number.
func axisStart(levels []float64) float64 {
	low, high := slices.Min(levels), slices.Max(levels)
	if low <= 0 || high-low > low/2 {
		return 0
	}
	start := low - max(high-low, low/50)
	step := math.Pow10(int(math.Log10(high)) - 1)
	return math.Floor(start/step) * step
}

// table is the same as numbers, each of which leads to its deals.
func (f fall) table() g.Node {
	v := f.v.view
	return ui.Table[fallLine]{Caption: f.v.T("waterfall.lines"), Rows: f.lines, Columns: []ui.Column[fallLine]{
		{Label: f.v.T("waterfall.line"), Cell: func(l fallLine) g.Node {
			return g.Group{h.Span(h.Class("z-dot z-tone-" + string(l.tone()))), g.Text(l.label)}
		}},
		{Label: f.v.T("column.deals"), Numeric: true, Cell: func(l fallLine) g.Node { return g.Text(v.Number(l.deals)) }},
		{Label: f.v.T("column.amount"), Numeric: true, Cell: func(l fallLine) g.Node { return h.A(h.Href(l.rows), g.Text(l.signed(v))) }},
	}}.Node(v)
}

func (l fallLine) tone() ui.Tone {
	switch {
	case l.sign == 0:
		return ui.ToneQuiet
	case l.name == "won": // it leaves the pipeline, but that is what it is for
		return ui.ToneAccent
	case l.sign > 0:
		return ui.ToneGood
	}
	return ui.ToneBad
}

func (l fallLine) signed(v ui.View) string {
	switch {
	case l.sign < 0 && l.amount != 0:
		return v.Amount(-l.amount)
	case l.sign > 0:
		return "+" + v.Amount(l.amount)
	}
	return v.Amount(l.amount)
}
