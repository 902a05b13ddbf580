package ui

import (
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// sidebar is the way around; on phones it covers the page.
func sidebar(v View, groups []NavGroup) g.Node {
	return h.Aside(h.Class("z-sidebar"), h.ID("sidebar"),
		h.A(h.Class("z-brand"), h.Href("/"), logo, h.Span(g.Text("Zveno")), g.If(v.Company != "", h.Small(g.Text(v.Company)))),
		h.Nav(h.Aria("label", v.T("ui.nav.label")),
			g.Map(groups, func(group NavGroup) g.Node {
				return h.Div(h.Class("z-nav-group"),
					g.If(group.Label != "", h.Div(h.Class("z-nav-label"), g.Text(group.Label))),
					h.Ul(g.Map(group.Items, navItem)))
			})),
	)
}

func navItem(item NavItem) g.Node {
	return h.Li(h.A(h.Href(item.Href), h.Class("z-nav-item"), g.If(item.Current, h.Aria("current", "page")),
		g.If(item.Key != "", h.Data("key", item.Key)), Icon(item.Icon), h.Span(g.Text(item.Label))))
}

// topbar is what stands above every page: the way to it, the search and one's own menu.
func topbar(v View, crumbs []Crumb) g.Node {
	return h.Header(h.Class("z-topbar"),
		h.Button(h.Type("button"), h.ID("nav-toggle"), h.Class("z-icon-button z-only-phone"), h.Aria("label", v.T("ui.nav.open")),
			h.Aria("controls", "sidebar"), h.Aria("expanded", "false"), Icon("menu-2")),
		breadcrumbs(v, crumbs),
		h.Form(h.Action("/search"), h.Method("get"), h.Role("search"), h.Class("z-search"),
			h.Label(h.For("search"), h.Class("visually-hidden"), v.Text("ui.search.label")),
			Icon("search"),
			h.Input(h.ID("search"), h.Type("search"), h.Name("q"), h.Placeholder(v.T("ui.search.placeholder")), h.AutoComplete("off"), h.Aria("controls", "search-results"),
				g.Attr("hx-get", "/search"), g.Attr("hx-trigger", "input changed delay:120ms, search"), g.Attr("hx-target", "#search-results"), g.Attr("hx-sync", "this:replace")),
			h.Kbd(g.Text("/")),
			h.Div(h.ID("search-results"), h.Class("z-hits"), h.Aria("live", "polite")),
		),
		userMenu(v),
	)
}

func breadcrumbs(v View, crumbs []Crumb) g.Node {
	if len(crumbs) == 0 {
		return h.Div(h.Class("z-crumbs"))
	}
	return h.Nav(h.Class("z-crumbs"), h.Aria("label", v.T("ui.crumbs")), h.Ol(g.Map(crumbs, func(c Crumb) g.Node {
		if c.Href == "" {
			return h.Li(h.Aria("current", "page"), g.Text(c.Label))
		}
		return h.Li(h.A(h.Href(c.Href), g.Text(c.Label)), Icon("chevron-right"))
	})))
}

func userMenu(v View) g.Node {
	return Menu(MenuProps{Label: v.T("ui.menu.own"), Face: Avatar(v.Person), End: true},
		h.Div(h.Class("z-menu-head"), h.Strong(g.Text(v.Person)), h.Span(g.Text(v.Role))),
		h.Form(h.Method("post"), h.Action("/preferences"), h.Class("z-menu-form"),
			h.Input(h.Type("hidden"), h.Name("back"), h.Value(v.Path)),
			themeChoice(v),
		),
		h.Div(h.Class("z-menu-form"), h.Span(h.Class("z-menu-title"), v.Text("ui.menu.language")), languageButtons(v)),
		h.Button(h.Type("button"), h.Class("z-menu-item"), h.Data("dialog", "shortcuts"), Icon("keyboard"), v.Text("ui.keys.title")),
		h.Form(h.Method("post"), h.Action("/sign-out"),
			h.Button(h.Type("submit"), h.Class("z-menu-item"), Icon("logout"), v.Text("ui.menu.sign_out"))),
	)
}

func themeChoice(v View) g.Node {
	themes := []struct{ name, icon string }{{"light", "sun"}, {"dark", "moon"}, {"auto", "device-laptop"}}
	return g.Group{h.Span(h.Class("z-menu-title"), v.Text("ui.menu.theme")),
		h.Div(h.Class("z-segments"), g.Map(themes, func(t struct{ name, icon string }) g.Node {
			return h.Button(h.Type("submit"), h.Name("theme"), h.Value(t.name), g.If(v.Theme == t.name, h.Aria("current", "true")),
				Icon(t.icon), v.Text("ui.theme."+t.name))
		}))}
}

// MenuProps is how a menu looks while it is closed.
type MenuProps struct {
	Label string // for screen readers
	Face  g.Node
	End   bool // opens towards the left
}

// Menu is a button that opens a few choices. It needs no script to open.
func Menu(p MenuProps, items ...g.Node) g.Node {
	class := "z-menu-list"
	if p.End {
		class += " z-menu-end"
	}
	return h.Details(h.Class("z-menu"), h.Summary(h.Title(p.Label), p.Face, h.Span(h.Class("visually-hidden"), g.Text(p.Label))), h.Div(h.Class(class), g.Group(items)))
}

// Avatar stands for a person by initials, in a colour of the person's own.
func Avatar(name string) g.Node {
	sum := 0
	for _, r := range name {
		sum = (sum*31 + int(r)) % 997
	}
	tones := []string{"1", "2", "3", "4", "5", "6"}
	return h.Span(h.Class("z-avatar z-avatar-"+tones[sum%len(tones)]), h.Aria("hidden", "true"), g.Text(initials(name)))
}

// initials are the first letters of the first and the last word.
func initials(name string) string {
	words := strings.Fields(name)
	first := func(word string) string { return strings.ToUpper(string([]rune(word)[:1])) }
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return first(words[0])
	}
	return first(words[0]) + first(words[len(words)-1])
}

// Person is a person with avatar and name.
func Person(name string) g.Node {
	if name == "" {
		return g.Text("—")
	}
	return h.Span(h.Class("z-person"), Avatar(name), h.Span(g.Text(name)))
}

// shortcuts lists the keys; "?" opens it.
func shortcuts(v View, groups []NavGroup) g.Node {
	key := func(label string, keys ...string) g.Node {
		return h.Div(h.Dt(g.Map(keys, func(k string) g.Node { return h.Kbd(g.Text(k)) })), h.Dd(g.Text(label)))
	}
	var places []g.Node
	for _, group := range groups {
		for _, item := range group.Items {
			if item.Key != "" {
				places = append(places, key(item.Label, "g", item.Key))
			}
		}
	}
	return Dialog(v, "shortcuts", v.T("ui.keys.title"), h.Dl(h.Class("z-keys"), key(v.T("ui.keys.search"), "/"), g.Group(places),
		key(v.T("ui.keys.help"), "?"), key(v.T("ui.keys.close"), "Esc")))
}

// Dialog is a window over the page, opened by a button with the attribute data-dialog and its ID.
func Dialog(v View, id, title string, body ...g.Node) g.Node {
	return h.Dialog(h.ID(id), h.Class("z-dialog"), h.Aria("labelledby", id+"-title"),
		h.Header(h.H2(h.ID(id+"-title"), g.Text(title)),
			h.Button(h.Type("button"), h.Class("z-icon-button"), h.Data("close", ""), h.Aria("label", v.T("ui.close")), Icon("x"))),
		g.Group(body))
}
