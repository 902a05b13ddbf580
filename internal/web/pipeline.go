package web

import (
	"context"
	"math"
	"net/http"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

const pipelinePath = "/pipeline"

// statuses are the outcomes of deals that the pipeline can show, by the word that stands in the address. The first is what
// it shows without one.
var statuses = []struct {
	word     string
	outcomes []string
}{
	{"", []string{crm.OutcomeOpen}},
	{"won", []string{crm.OutcomeWon}},
	{"lost", []string{crm.OutcomeLost, crm.OutcomeNoDecision}},
	{"all", nil},
}

// pipelineTable is the list of deals with what they add up to.
type pipelineTable struct {
	recordList
	sums, weighted []crm.CurrencySum
	past           *pastDeals // of a day that is over
}

// showPipeline lists deals: the open ones, unless the address asks for others or for those of a past day.
func (s *Site) showPipeline(w http.ResponseWriter, r *http.Request, v visit) error {
	kind, _ := kindOf("deal")
	t := pipelineTable{recordList: recordList{answers: s.answers, v: v, title: v.T("pipeline.title")}}
	day, err := dayParam(v, paramAsOf, r.URL.Query().Get(paramAsOf))
	if err != nil {
		return err
	}
	format := r.URL.Query().Get("format")
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if t.listQuestion, err = readListQuestion(r.Context(), tx, kind, r.URL.Query()); err != nil || format != "" {
			return err
		}
		if pastDay(v, day) != 0 {
			return t.loadAround(r.Context(), tx)
		}
		if err := t.load(r, tx); err != nil {
			return err
		}
		return t.loadSums(r.Context(), tx)
	})
	if err == nil && pastDay(v, day) != 0 {
		t.past, err = s.loadPast(r, v, t.listQuestion, day)
	}
	switch {
	case err != nil:
		return err
	case format != "" && t.past != nil:
		return s.exportPast(w, r, v, t.listQuestion, *t.past)
	case format != "":
		return s.exportRecords(w, r, v, t.listQuestion, format)
	}
	body := g.Group{t.viewBar(), t.pipelineControls(day)}
	if t.past != nil {
		body = append(body, ui.AsOf(v.view, pastDay(v, day), t.address(pipelinePath, paramAsOf, "")), t.past.totals(v), ui.Card{Flush: true}.Node(t.past.table(t), t.past.pager(t)))
	} else {
		body = append(body, live("records", v.view.Path, g.Group{t.totals(), ui.Card{Flush: true}.Node(t.table(), t.pager())}))
	}
	return s.render(w, r, v, ui.Page{Title: t.title, Live: t.past == nil, Actions: append([]g.Node{t.layouts(v)}, t.actions()...),
		Crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: t.title}}, Body: body})
}

// loadAround reads what stands around the deals of a past day.
func (t *pipelineTable) loadAround(ctx context.Context, tx *db.Tx) (err error) {
	if t.choices, err = loadFilterChoices(ctx, tx, t.answers, t.v, t.listQuestion); err != nil {
		return err
	}
	t.views, err = listViews(ctx, tx, t.v.access.Person, t.kind.list)
	return err
}

// loadSums adds up all the deals of the list.
func (t *pipelineTable) loadSums(ctx context.Context, tx *db.Tx) error {
	q, err := t.crm(ctx, tx, t.v)
	if err != nil {
		return err
	}
	if t.sums, err = crm.SumRecords(ctx, tx, t.v.access.Scope, q, "amount"); err != nil {
		return err
	}
	t.weighted, err = crm.WeighDeals(ctx, tx, t.v.access.Scope, q)
	return err
}

// stageFilter limits a list of deals to those with the status of the address. A stage that is asked for by itself says
// enough.
func (q listQuestion) stageFilter(ctx context.Context, tx *db.Tx) ([]crm.Filter, error) {
	if q.kind.object.Name != "deal" || q.query.Has("stage") {
		return nil, nil
	}
	for _, status := range statuses {
		if status.word != q.query.Get("status") || status.outcomes == nil {
			continue
		}
		ladders, err := loadLadders(ctx, tx)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, s := range stagesOf(ladders, status.outcomes...) {
			ids = append(ids, s.ID.String())
		}
		if len(ids) == 0 {
			ids = []string{value.NewID().String()} // a stage in which nothing is
		}
		return []crm.Filter{{Field: "stage", Op: crm.OpIs, Values: ids}}, nil
	}
	return nil, nil
}

// layouts switch between the table and the board, with the same filters.
func (q listQuestion) layouts(v visit) g.Node {
	link := func(path, icon, key string) g.Node {
		return h.A(h.Href(q.address(path, paramCols, "", paramSort, "", paramAsOf, "")), g.If(path == q.kind.list, h.Aria("current", "page")), ui.Icon(icon), v.view.Text(key))
	}
	return h.Div(h.Class("z-segments"), link(pipelinePath, "table", "pipeline.table"), link(boardPath, "layout-kanban", "pipeline.board"))
}

// pipelineControls are the filters with the status and the day.
func (t pipelineTable) pipelineControls(day value.Day) g.Node {
	v := t.v
	items := t.filterItems()
	asOf := ""
	if pastDay(v, day) != 0 {
		asOf = day.String()
	}
	first := []ui.Filter{items[0], {Name: "status", Label: v.T("pipeline.status.label"), Value: t.query.Get("status"), Options: statusOptions(v)},
		{Name: paramAsOf, Label: v.T("ui.asof.label"), Type: "date", Value: asOf}}
	if asOf != "" {
		first = []ui.Filter{items[0], first[2]} // past deals are open ones
	}
	for _, item := range items[1:] {
		if item.Name == "owner" || item.Name == "stage" {
			first = append(first, item)
		}
	}
	var more []ui.Filter
	for _, item := range items[1:] {
		if item.Name != "owner" && item.Name != "stage" {
			more = append(more, item)
		}
	}
	f := ui.Filters{Action: pipelinePath, Keep: t.keptByFilters(append(first, more...)), Items: first, More: more}
	if t.isFiltered() {
		f.Clear = t.cleared()
	}
	return f.Node(v.view)
}

func statusOptions(v visit) []ui.Option {
	var options []ui.Option
	for _, status := range statuses {
		name := status.word
		if name == "" {
			name = "open"
		}
		options = append(options, ui.Option{Value: status.word, Label: v.T("pipeline.status." + name)})
	}
	return options
}

// totals are the number of deals and what they add up to, in each currency.
func (t pipelineTable) totals() g.Node {
	v := t.v
	count := v.view.Number(int64(t.page.Total))
	if t.page.More {
		count += "+"
	}
	return totalsStrip(total{v.T("pipeline.deals"), []string{count}}, total{v.T("pipeline.amount"), sumTexts(v, t.sums)}, total{v.T("pipeline.weighted"), sumTexts(v, t.weighted)})
}

// total is a number above a list, in several currencies perhaps.
type total struct {
	label string
	texts []string
}

func totalsStrip(totals ...total) g.Node {
	return h.Dl(h.Class("z-totals"), g.Map(totals, func(t total) g.Node {
		return h.Div(h.Dt(g.Text(t.label)), g.Map(t.texts, func(text string) g.Node { return h.Dd(g.Text(text)) }))
	}))
}

func sumTexts(v visit, sums []crm.CurrencySum) []string {
	var texts []string
	for _, s := range sums {
		texts = append(texts, wholeMoney(v, s.Sum))
	}
	if len(texts) == 0 {
		return []string{"—"}
	}
	return texts
}

// wholeMoney writes an amount rounded to whole units of its currency.
func wholeMoney(v visit, m value.Money) string {
	return i18n.WholeMoney(v.view.Lang, float64(m.Minor)/math.Pow10(value.MinorDigits(m.Currency)), m.Currency)
}
