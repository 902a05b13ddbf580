package web

import (
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/web/ui"
)

// viewBar draws the saved views of a list, and the way to save what it shows.
func (l recordList) viewBar() g.Node {
	return viewBar(l.v, l.kind.list, l.views, l.listQuestion)
}

func viewBar(v visit, page string, views []savedView, q listQuestion) g.Node {
	current := savedView{query: q.encoded()}
	if len(views) == 0 && current.query == "" {
		return nil
	}
	isSaved := false
	chip := func(view savedView) g.Node {
		here := view.query == current.query
		isSaved = isSaved || here
		return h.Li(h.A(h.Class("z-chip"), h.Href(view.address(page)), g.If(here, h.Aria("current", "page")),
			g.If(view.shared, ui.Icon("users")), g.Text(view.name)))
	}
	chips := g.Group{chip(savedView{name: v.T("view.all")})}
	var own []savedView
	for _, view := range views {
		chips = append(chips, chip(view))
		if view.own {
			own = append(own, view)
		}
	}
	return h.Nav(h.Class("z-views"), h.Aria("label", v.T("view.label")), h.Ul(chips),
		g.If(!isSaved || len(own) > 0, ui.Menu(ui.MenuProps{Label: v.T("view.manage"), Face: h.Span(h.Class("z-chip z-chip-quiet"), ui.Icon("bookmark"), g.Text(v.T("view.save")))},
			g.If(!isSaved, saveViewForm(v, page, current.query)), ownViews(v, own))))
}

// encoded is the query of the list as views keep it.
func (q listQuestion) encoded() string {
	address := q.address("")
	if address == "" {
		return ""
	}
	return address[1:]
}

func saveViewForm(v visit, page, query string) g.Node {
	return h.Form(h.Method("post"), h.Action("/views"), h.Class("z-menu-form"),
		hiddenInputs(map[string]string{"page": page, "query": query}),
		h.Label(h.For("view-name"), h.Class("z-menu-title"), v.view.Text("view.name")),
		h.Input(h.ID("view-name"), h.Name("name"), h.Class("form-control"), h.Required(), h.MaxLength(strconv.Itoa(maxViewName)), h.AutoComplete("off")),
		g.If(v.access.May(identity.ViewsShare), h.Label(h.Class("z-check"), h.Input(h.Type("checkbox"), h.Name("shared"), h.Value("1")), v.view.Text("view.shared"))),
		h.Button(h.Type("submit"), h.Class("btn btn-primary btn-sm"), v.view.Text("view.save")))
}

func ownViews(v visit, own []savedView) g.Node {
	return g.Map(own, func(view savedView) g.Node {
		label := v.T("view.delete", "name", view.name)
		return h.Form(h.Method("post"), h.Action("/views/"+view.id.String()+"/delete"), h.Class("z-menu-row"),
			h.Span(g.Text(view.name)), h.Button(h.Type("submit"), h.Class("z-icon-button"), h.Aria("label", label), h.Title(label), ui.Icon("trash")))
	})
}
