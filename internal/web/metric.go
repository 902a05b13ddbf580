package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// showMetrics lists every metric with its definition.
func (s *Site) showMetrics(w http.ResponseWriter, r *http.Request, v visit) error {
	a, err := s.asker(r.Context(), v)
	if err != nil {
		return err
	}
	lang := v.view.Lang
	newest := newestDefinitions(a.catalog)
	return s.render(w, r, v, ui.Page{Title: v.T("nav.metrics"), Lead: v.T("metric.lead"),
		Crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: v.T("nav.metrics")}},
		Body: ui.Card{Flush: true}.Node(ui.Table[metric.Definition]{Caption: v.T("nav.metrics"), Leads: true, Rows: newest, Columns: []ui.Column[metric.Definition]{
			{Label: v.T("metric.name"), Cell: func(d metric.Definition) g.Node { return h.A(h.Href("/metrics/"+d.ID), g.Text(wordsIn(lang, d.Name))) }},
			{Label: v.T("metric.description"), Wide: true, Cell: func(d metric.Definition) g.Node {
				return h.Span(h.Class("z-muted"), g.Text(wordsIn(lang, d.Description)))
			}},
			{Label: v.T("metric.unit"), Cell: func(d metric.Definition) g.Node { return ui.Badge(ui.ToneQuiet, v.T("metric.units."+string(d.Unit))) }},
		}}.Node(v.view))})
}

func newestDefinitions(c *metric.Catalog) []metric.Definition {
	var newest []metric.Definition
	for _, d := range c.Definitions {
		at := slices.IndexFunc(newest, func(n metric.Definition) bool { return n.ID == d.ID })
		switch {
		case at < 0:
			newest = append(newest, d)
		case newest[at].Version < d.Version:
			newest[at] = d
		}
	}
	return newest
}

// question is the address of a metric page.
type question struct {
	id                            string
	version                       int
	by, period, asOf, where, sort string
	current                       bool // today's hierarchy, not that of the day
}

func readQuestion(r *http.Request) question {
	q := r.URL.Query()
	version, _ := strconv.Atoi(q.Get("version")) // anything else is the newest
	return question{id: r.PathValue("id"), version: version, by: q.Get("by"), period: q.Get("period"), asOf: q.Get("asof"), where: q.Get("where"), sort: q.Get("sort"),
		current: q.Get("hierarchy") == "current"}
}

// pairs are the parameters of the question.
func (in question) pairs() []string {
	version, hierarchy := "", ""
	if in.version > 0 {
		version = strconv.Itoa(in.version)
	}
	if in.current {
		hierarchy = "current"
	}
	return []string{"by", in.by, "period", in.period, "asof", in.asOf, "where", in.where, "hierarchy", hierarchy, "version", version}
}

func (in question) address(below string, pairs ...string) string {
	return address("/metrics/"+url.PathEscape(in.id)+below, append(in.pairs(), pairs...)...)
}

// query is the question as package metric asks it.
func (in question) query(v visit) (metric.Query, error) {
	q := metric.Query{Where: in.where}
	if in.by != "" {
		q.By = []string{in.by}
	}
	if in.current {
		q.Hierarchy = metric.HierarchyCurrent
	}
	day, err := dayParam(v, "asof", in.asOf)
	if err != nil {
		return q, err
	}
	if pastDay(v, day) != 0 {
		q.AsOf = day.End(v.settings.Zone) - 1
	}
	if in.period != "" {
		w, err := newWindow(v, in.period, day)
		if err != nil {
			return q, err
		}
		q.First, q.Last = w.period.First, w.period.Last
	}
	return q, nil
}

// showMetric is a metric: its value, cut by a dimension, and how it is defined.
func (s *Site) showMetric(w http.ResponseWriter, r *http.Request, v visit) error {
	in := readQuestion(r)
	a, err := s.asker(r.Context(), v)
	if err != nil {
		return err
	}
	d, err := a.catalog.Find(in.id, in.version)
	if err != nil {
		return err
	}
	q, err := in.query(v)
	if err != nil {
		return err
	}
	q.By = by(in.by)
	total, err := a.compute(r.Context(), in.id, in.version, withoutBy(q, d))
	if err != nil {
		return err
	}
	p := metricPage{in: in, v: v, d: d, catalog: a.catalog, total: total}
	if p.result, err = a.compute(r.Context(), in.id, in.version, q); err != nil {
		return err
	}
	if r.URL.Query().Get("format") == "csv" {
		if err := s.noteExport(r.Context(), v, "metric", map[string]any{"metric": in.id, "address": r.URL.RequestURI()}); err != nil {
			return err
		}
		return p.export(w, r, v)
	}
	day, _ := dayParam(v, "asof", in.asOf) // checked by query
	var actions []g.Node
	if v.access.May(identity.Export) && len(p.result.Cells) > 0 {
		actions = append(actions, ui.LinkButton(in.address("", "sort", in.sort, "format", "csv"), v.T("list.export"), "download"))
	}
	return s.render(w, r, v, ui.Page{
		Actions: actions,
		Title:   wordsIn(v.view.Lang, d.Name), Lead: wordsIn(v.view.Lang, d.Description), Scripts: ui.ChartScripts, Crumbs: p.crumbs(""),
		Body: g.Group{ui.AsOf(v.view, pastDay(v, day), p.now()), p.controls(day), live("metric-parts", v.view.Path,
			h.Div(h.Class("z-grid z-grid-side"), p.values(), p.definition()))},
	})
}

func by(dimension string) []string {
	if dimension == "" {
		return nil
	}
	return []string{dimension}
}

// withoutBy asks for one number, where a metric has one; some are only defined by a dimension.
func withoutBy(q metric.Query, d metric.Definition) metric.Query {
	q.By = d.By
	return q
}

// metricPage is what the page of a metric is made from.
type metricPage struct {
	in            question
	v             visit
	d             metric.Definition
	catalog       *metric.Catalog
	result, total metric.Result
}

func (p metricPage) crumbs(last string) []ui.Crumb {
	name := wordsIn(p.v.view.Lang, p.d.Name)
	crumbs := []ui.Crumb{{Label: p.v.T("nav.home"), Href: "/"}, {Label: p.v.T("nav.metrics"), Href: "/metrics/"}}
	if last == "" {
		return append(crumbs, ui.Crumb{Label: name})
	}
	return append(crumbs, ui.Crumb{Label: name, Href: p.in.address("")}, ui.Crumb{Label: last})
}

// now is the address of the same page in the present.
func (p metricPage) now() string {
	in := p.in
	in.asOf = ""
	return in.address("")
}

func (p metricPage) controls(day value.Day) g.Node {
	v := p.v
	dimensions := []ui.Option{{Label: v.T("metric.total")}}
	for _, name := range p.dimensions() {
		dimensions = append(dimensions, ui.Option{Value: name, Label: p.dimension(name)})
	}
	periods := append([]ui.Option{{Label: v.T("filter.all_time")}}, periodOptions(v, day)...)
	hierarchy := ""
	if p.in.current {
		hierarchy = "current"
	}
	filters := ui.Filters{Action: "/metrics/" + p.in.id, Keep: map[string]string{}, Clear: "/metrics/" + p.in.id, Items: []ui.Filter{
		{Name: "by", Label: v.T("filter.by"), Value: p.in.by, Options: dimensions},
		{Name: "period", Label: v.T("filter.period"), Value: p.in.period, Options: periods},
		{Name: "asof", Label: v.T("ui.asof.label"), Type: "date", Value: p.in.asOf},
		{Name: "hierarchy", Label: v.T("filter.hierarchy"), Value: hierarchy, Options: []ui.Option{{Label: v.T("filter.hierarchy_then")}, {Value: "current", Label: v.T("filter.hierarchy_now")}}},
	}}
	if p.in.where != "" {
		filters.Keep["where"] = p.in.where
	}
	return filters.Node(v.view)
}

// dimensions are what the metric can be cut by.
func (p metricPage) dimensions() []string {
	source := p.d.Source
	if p.d.Kind == metric.KindVelocity {
		if part, err := p.catalog.Find(p.d.Parts["value"], 0); err == nil {
			source = part.Source
		}
	}
	return slices.DeleteFunc(p.catalog.Sources[source].Dimensions(), func(name string) bool { return name == "deal" })
}

// dimension is the name of a dimension in the visitor's language.
func (p metricPage) dimension(name string) string {
	if isPeriod(name) {
		return p.v.T("dimension." + name)
	}
	for _, source := range p.catalog.Sources {
		if f, ok := source.Fields[name]; ok && f.Label.En != "" {
			return wordsIn(p.v.view.Lang, f.Label)
		}
	}
	return name
}
