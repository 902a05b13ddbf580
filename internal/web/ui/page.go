package ui

import (
	"slices"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/web/assets"
)

// Page is one page inside the frame that all pages share.
type Page struct {
	Title   string
	Lead    string // a line below the title; may be empty
	Crumbs  []Crumb
	Actions []g.Node // beside the title
	Nav     []NavGroup
	Scripts []string // assets that this page needs besides those of all pages
	Live    bool     // parts of the page fetch themselves again when something changes
	Body    g.Node
}

// Crumb is a step of the way to a page.
type Crumb struct{ Label, Href string }

// NavGroup is a group of places in the side bar.
type NavGroup struct {
	Label string // "" for the first
	Items []NavItem
}

// NavItem is a place in the side bar.
type NavItem struct {
	Label, Href, Icon string
	Key               string // letter that goes there after "g"
	Current           bool
}

// htmxConfig keeps htmx within the content security policy, and lets answers to refused forms (422) replace their form.
const htmxConfig = `{"allowEval":false,"includeIndicatorStyles":false,"historyCacheSize":0,"selfRequestsOnly":true,` +
	`"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true},{"code":"[45]..","swap":false,"error":true}]}`

// Document draws a page for somebody who is signed in.
func Document(v View, p Page) g.Node {
	return document(v, p.Title, p.Scripts,
		h.A(h.Class("z-skip"), h.Href("#main"), v.Text("ui.skip")),
		sidebar(v, p.Nav),
		h.Div(h.ID("nav-shade"), h.Class("z-shade")),
		h.Div(h.Class("z-page"), g.If(p.Live, h.Data("live", "")),
			topbar(v, p.Crumbs),
			h.Main(h.ID("main"), h.TabIndex("-1"), pageHeader(p), p.Body),
		),
		toast(v),
		shortcuts(v, p.Nav),
	)
}

// Plain draws a page for somebody who is not signed in: one card in the middle.
func Plain(v View, title string, body ...g.Node) g.Node {
	return document(v, title, nil,
		h.Div(h.Class("z-plain"),
			h.Main(h.ID("main"),
				h.Div(h.Class("z-plain-brand"), logo, h.Span(g.Text("Zveno"))),
				h.Div(h.Class("z-card z-plain-card"), h.H1(g.Text(title)), g.Group(body)),
				plainFooter(v),
			),
		),
	)
}

func plainFooter(v View) g.Node {
	return h.Footer(h.Class("z-plain-footer"), languageButtons(v))
}

func document(v View, title string, scripts []string, body ...g.Node) g.Node {
	theme := v.Theme
	if theme == "auto" {
		theme = "light" // until theme.js knows better
	}
	scripts = append(slices.Clone(scripts), "htmx.min.js")
	return g.Group{g.Raw("<!doctype html>"), h.HTML(h.Lang(string(v.Lang)), h.Data("theme", v.Theme), h.Data("bs-theme", theme),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("htmx-config"), h.Content(htmxConfig)),
			h.TitleEl(g.Text(title+" · Zveno")),
			h.Script(h.Src(assets.URL("theme.js"))),
			h.Link(h.Rel("stylesheet"), h.Href(assets.URL("tabler.min.css"))),
			h.Link(h.Rel("stylesheet"), h.Href(assets.URL("zveno.css"))),
			h.Link(h.Rel("icon"), h.Type("image/svg+xml"), h.Href(assets.URL("icon.svg"))),
			g.Map(scripts, func(name string) g.Node {
				if slices.Contains(modules, name) {
					return h.Script(h.Type("module"), h.Src(assets.URL(name)))
				}
				return h.Script(h.Defer(), h.Src(assets.URL(name)))
			}),
			h.Script(h.Type("module"), h.Src(assets.URL("app.js"))),
		),
		h.Body(body...),
	)}
}

// modules are the scripts that are ES modules: those of our own.
var modules = []string{"app.js", "charts.js", "board.js", "import.js"}

// ChartScripts are the scripts of a page with charts.
var ChartScripts = []string{"echarts.min.js", "charts.js"}

// BoardScripts are the scripts of a page with a board.
var BoardScripts = []string{"sortable.min.js", "board.js"}

func pageHeader(p Page) g.Node {
	return h.Header(h.Class("z-page-header"),
		h.Div(h.H1(g.Text(p.Title)), g.If(p.Lead != "", h.P(h.Class("z-lead"), g.Text(p.Lead)))),
		g.If(len(p.Actions) > 0, h.Div(h.Class("z-actions"), g.Group(p.Actions))),
	)
}

func toast(v View) g.Node {
	if v.Flash == "" {
		return nil
	}
	return h.Div(h.Class("z-toast"), h.Role("status"), Icon("check"), h.Span(g.Text(v.Flash)),
		h.Button(h.Type("button"), h.Class("z-icon-button"), h.Data("close", ""), h.Aria("label", v.T("ui.close")), Icon("x")))
}

// languageButtons switch the language of the page.
func languageButtons(v View) g.Node {
	return h.Form(h.Method("post"), h.Action("/preferences"), h.Class("z-inline"),
		h.Input(h.Type("hidden"), h.Name("back"), h.Value(v.Path)),
		g.Map(i18n.Langs, func(lang i18n.Lang) g.Node {
			return h.Button(h.Type("submit"), h.Name("lang"), h.Value(string(lang)), h.Class("z-link-button"), h.Lang(string(lang)),
				g.If(lang == v.Lang, h.Aria("current", "true")), g.Text(lang.Name()))
		}))
}
