package web

import (
	"net/http"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/web/ui"
)

// listPage is how many rows a page of a list has.
const listPage = 50

// dealList is the deals behind a number: they add up to it.
type dealList struct {
	title, lead string
	value       string // what the value of a row is
	unit        metric.Unit
	rows        []metric.Row
	counts      string                       // what it means that a row counts; "" = all do
	file        string                       // name of the exported file, without ending
	crumbs      []ui.Crumb                   // the way to the list
	address     func(pairs ...string) string // of the list, with parameters added
	above       g.Node                       // what stands above the list
}

// showDealList answers with one page of the list, or with all of it as a file.
func (s *Site) showDealList(w http.ResponseWriter, r *http.Request, v visit, l dealList) error {
	if r.URL.Query().Get("format") == "csv" {
		return s.exportDeals(w, r, v, l)
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("row")) // anything else is the beginning
	from = min(max(from, 0), max(len(l.rows)-1, 0)) / listPage * listPage
	until := min(from+listPage, len(l.rows))
	pager := ui.Pager{Count: v.T("ui.pager.range", "from", v.view.Number(int64(min(from+1, until))), "to", v.view.Number(int64(until)), "total", v.view.Number(int64(len(l.rows))))}
	if from > 0 {
		pager.Prev = l.address("row", strconv.Itoa(from-listPage))
	}
	if until < len(l.rows) {
		pager.Next = l.address("row", strconv.Itoa(until))
	}
	now, err := s.dealsNow(r.Context(), v, l.rows[from:until])
	if err != nil {
		return err
	}
	var actions []g.Node
	if v.access.May(identity.Export) && len(l.rows) > 0 {
		actions = append(actions, ui.LinkButton(l.address("format", "csv"), v.T("list.export"), "download"))
	}
	return s.render(w, r, v, ui.Page{Title: l.title, Lead: l.lead, Crumbs: l.crumbs, Actions: actions,
		Body: g.Group{l.above, ui.Card{Flush: true}.Node(l.table(v, l.rows[from:until], now), g.If(len(l.rows) > 0, pager.Node(v.view)))}})
}

func (l dealList) table(v visit, rows []metric.Row, now map[string]dealNow) g.Node {
	columns := []ui.Column[metric.Row]{
		{Label: v.T("column.deal"), Cell: func(r metric.Row) g.Node { return h.A(h.Href("/deals/"+r.ID), g.Text(r.Name)) }},
	}
	columns = append(columns, dealColumns(v, now)...)
	if l.counts != "" {
		columns = append(columns, ui.Column[metric.Row]{Label: l.counts, Cell: func(r metric.Row) g.Node {
			if r.Counts {
				return ui.Badge(ui.ToneGood, v.T("list.counts"))
			}
			return ui.Badge(ui.ToneQuiet, v.T("list.counts_not"))
		}})
	}
	if l.value != "" {
		columns = append(columns, ui.Column[metric.Row]{Label: l.value, Numeric: true, Cell: func(r metric.Row) g.Node { return g.Text(exactFigure(v.view, r.Value, l.unit)) }})
	}
	return ui.Table[metric.Row]{Caption: l.title, Columns: columns, Rows: rows, Leads: true,
		Empty: ui.State{Icon: "mood-empty", Title: v.T("list.none.title"), Text: v.T("list.none.text")}.Node()}.Node(v.view)
}
