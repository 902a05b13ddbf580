package web

import (
	"net/http"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/search"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/web/ui"
)

const (
	searchShort = 8 // hits below the field, while one types
	searchLong  = 100
	searchText  = 200 // bytes that are looked for, at most
)

// showSearch answers what was searched for: as a page, or as a few lines below the field while one types.
func (s *Site) showSearch(w http.ResponseWriter, r *http.Request, v visit) error {
	text := strings.TrimSpace(r.URL.Query().Get("q"))
	text = strings.ToValidUTF8(text[:min(len(text), searchText)], "")
	short := r.Header.Get("HX-Target") == "search-results"
	limit := searchLong
	if short {
		limit = searchShort
	}
	var hits []search.Hit
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		hits, err = search.Find(r.Context(), tx, v.access.Scope, text, limit)
		return err
	})
	switch {
	case err != nil:
		return err
	case short:
		return write(w, http.StatusOK, shortHits(v, text, hits))
	}
	title := v.T("search.title")
	if text != "" {
		title = v.T("search.of", "text", text)
	}
	return s.render(w, r, v, ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: v.T("search.title")}},
		Body: ui.Card{Flush: true}.Node(hitTable(v, text, hits))})
}

// hitAddress leads to a hit: people have no pages, but deals.
func hitAddress(hit search.Hit) string {
	if kind, ok := kindOf(hit.Object); ok {
		return kind.address(hit.ID)
	}
	return address(pipelinePath, "owner", hit.ID.String())
}

func hitIcon(hit search.Hit) string {
	if kind, ok := kindOf(hit.Object); ok {
		return kind.icon
	}
	return "user"
}

func hitName(v visit, hit search.Hit) string {
	if hit.Name == "" {
		return v.T("record.unnamed")
	}
	return hit.Name
}

// shortHits are the lines below the search field.
func shortHits(v visit, text string, hits []search.Hit) g.Node {
	if text == "" {
		return g.Text("")
	}
	if len(hits) == 0 {
		return h.P(h.Class("z-hit-none"), v.view.Text("search.none_short", "text", text))
	}
	return g.Group{h.Ul(g.Map(hits, func(hit search.Hit) g.Node {
		return h.Li(h.A(h.Class("z-menu-item"), h.Href(hitAddress(hit)), ui.Icon(hitIcon(hit)), h.Span(h.Class("z-hit-name"), g.Text(hitName(v, hit))),
			h.Span(h.Class("z-muted"), g.Text(labelIn(v.view.Lang, crm.ObjectNamed(hit.Object).Label)))))
	})), g.If(len(hits) == searchShort, h.A(h.Class("z-menu-item"), h.Href(address("/search", "q", text)), ui.Icon("search"), v.view.Text("search.all")))}
}

func hitTable(v visit, text string, hits []search.Hit) g.Node {
	empty := ui.State{Icon: "search", Title: v.T("search.none.title"), Text: v.T("search.none.text")}
	if text == "" {
		empty = ui.State{Icon: "search", Title: v.T("search.begin.title"), Text: v.T("search.begin.text")}
	}
	return ui.Table[search.Hit]{Caption: v.T("search.title"), Rows: hits, Leads: true, Empty: empty.Node(), Columns: []ui.Column[search.Hit]{
		{Label: v.T("search.name"), Cell: func(hit search.Hit) g.Node {
			return h.Span(h.Class("z-hit"), ui.Icon(hitIcon(hit)), h.A(h.Href(hitAddress(hit)), g.Text(hitName(v, hit))))
		}},
		{Label: v.T("search.kind"), Cell: func(hit search.Hit) g.Node {
			return ui.Badge(ui.ToneQuiet, labelIn(v.view.Lang, crm.ObjectNamed(hit.Object).Label))
		}},
	}}.Node(v.view)
}
