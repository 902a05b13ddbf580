package web

import (
	"strings"

	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/web/ui"
)

// place is an entry of the side bar.
type place struct {
	group, label, href, icon, key string
	needs                         identity.Capability // "" = for everybody
}

// places are the entries in their order. Groups and labels are keys of texts.
var places = []place{
	{"", "nav.home", "/", "home", "h", ""},
	{"nav.group_pipeline", "nav.deals", pipelinePath, "coins", "d", identity.RecordsView},
	{"nav.group_pipeline", "nav.waterfall", "/waterfall", "chart-arrows-vertical", "w", identity.MetricsView},
	{"nav.group_pipeline", "nav.metrics", "/metrics/", "report-analytics", "m", identity.MetricsView},
	{"nav.group_records", "record.accounts", "/accounts", "building", "a", identity.RecordsView},
	{"nav.group_records", "record.contacts", "/contacts", "user", "c", identity.RecordsView},
	{"nav.group_records", "record.leads", "/leads", "target", "l", identity.RecordsView},
	{"nav.group_records", "record.activities", "/activities", "activity", "t", identity.RecordsView},
	{"nav.group_records", "record.products", "/products", "package", "p", identity.RecordsView},
	{"nav.group_records", "record.campaigns", "/campaigns", "star", "k", identity.RecordsView},
	{"nav.group_company", "nav.imports", "/imports", "file-import", "i", identity.Import},
	{"nav.group_company", "nav.settings", "/settings/", "settings", "s", ""},
}

// navigation is the side bar for a visitor: the places that are open to them, the current one marked.
func navigation(v visit, path string) []ui.NavGroup {
	var groups []ui.NavGroup
	for _, p := range places {
		if p.needs != "" && !v.access.May(p.needs) {
			continue
		}
		label := ""
		if p.group != "" {
			label = v.T(p.group)
		}
		if len(groups) == 0 || groups[len(groups)-1].Label != label {
			groups = append(groups, ui.NavGroup{Label: label})
		}
		current := path == p.href || p.href != "/" && strings.HasPrefix(path, strings.TrimSuffix(p.href, "/")+"/")
		last := &groups[len(groups)-1]
		last.Items = append(last.Items, ui.NavItem{Label: v.T(p.label), Href: p.href, Icon: p.icon, Key: p.key, Current: current})
	}
	return groups
}
