package web

import (
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// recordKind is how the records of an object appear on pages.
type recordKind struct {
	object  *crm.Object
	icon    string
	list    string   // address of the list
	columns []string // fields that a list shows where nobody chose others, after the name
	filters []string // fields that a list offers to filter by
	sort    string   // of a list where nobody chose another: "-created"
	facts   []string // fields shown above all others on a record's page
	related []relation
	editors []identity.Capability // any one of them allows changes
}

// relation is a list on a record's page: the records of an object that refer to it.
type relation struct {
	object  string // crm.Object.Name
	field   string // the reference, of the other object
	columns []string
	sort    string
	via     string // the field of the page's record to whose value the others refer; "" = to the record itself
}

var (
	relatedDeals      = []string{"stage", "amount", "close", "owner"}
	relatedActivities = []string{"kind", "at", "owner", "status"}
	dealEditors       = []identity.Capability{identity.DealsEdit}
	recordEditors     = []identity.Capability{identity.RecordsEdit}
)

// recordKinds are the objects whose records have pages, in the order of the side bar.
var recordKinds = []recordKind{
	{
		object: crm.ObjectNamed("deal"), icon: "coins", list: "/pipeline", editors: dealEditors, sort: "close",
		columns: []string{"account", "stage", "amount", "close", "owner"},
		filters: []string{"owner", "stage", "amount", "close", "forecast_category", "source", "kind", "next_step"},
		facts:   []string{"amount", "stage", "close", "owner", "account", "contact", "probability", "forecast_category", "next_step"},
		related: []relation{
			{"line_item", "deal", []string{"product", "quantity", "price", "total"}, "created", ""},
			{"activity", "deal", relatedActivities, "-at", ""},
			{"contact", "account", []string{"title", "email", "phone"}, "name", "account"},
		},
	},
	{
		object: crm.ObjectNamed("account"), icon: "building", list: "/accounts", editors: recordEditors, sort: "name",
		columns: []string{"industry", "segment", "country", "owner", "annual_revenue"},
		filters: []string{"owner", "industry", "segment", "country", "region", "rating", "kind"},
		facts:   []string{"domain", "industry", "segment", "country", "city", "employees", "annual_revenue", "owner", "parent"},
		related: []relation{
			{"deal", "account", relatedDeals, "-created", ""},
			{"contact", "account", []string{"title", "email", "phone"}, "name", ""},
			{"activity", "account", relatedActivities, "-at", ""},
			{"account", "parent", []string{"industry", "owner"}, "name", ""},
		},
	},
	{
		object: crm.ObjectNamed("contact"), icon: "user", list: "/contacts", editors: recordEditors, sort: "name",
		columns: []string{"title", "account", "email", "phone", "owner"},
		filters: []string{"owner", "department", "source"},
		facts:   []string{"title", "department", "account", "email", "phone", "mobile", "owner"},
		related: []relation{{"deal", "contact", relatedDeals, "-created", ""}, {"activity", "contact", relatedActivities, "-at", ""}},
	},
	{
		object: crm.ObjectNamed("lead"), icon: "target", list: "/leads", editors: recordEditors, sort: "-created",
		columns: []string{"company", "status", "source", "owner", "created"},
		filters: []string{"owner", "status", "source", "rating", "industry", "country"},
		facts:   []string{"company", "title", "email", "phone", "status", "source", "rating", "owner"},
		related: []relation{{"activity", "lead", relatedActivities, "-at", ""}},
	},
	{
		object: crm.ObjectNamed("activity"), icon: "activity", list: "/activities", sort: "-at",
		editors: []identity.Capability{identity.DealsEdit, identity.RecordsEdit},
		columns: []string{"kind", "at", "deal", "account", "owner", "status"},
		filters: []string{"owner", "kind", "at", "status", "automated"},
		facts:   []string{"kind", "at", "duration", "status", "direction", "owner", "deal", "account", "contact", "lead"},
	},
	{
		object: crm.ObjectNamed("product"), icon: "package", list: "/products", sort: "name",
		editors: []identity.Capability{identity.CatalogEdit},
		columns: []string{"code", "family", "list_price", "active"},
		filters: []string{"family", "active", "list_price"},
		facts:   []string{"code", "family", "list_price", "active"},
		related: []relation{{"price", "product", []string{"price_book", "price"}, "created", ""}},
	},
	{
		object: crm.ObjectNamed("campaign"), icon: "star", list: "/campaigns", editors: recordEditors, sort: "-start",
		columns: []string{"kind", "status", "start", "end", "budget", "owner"},
		filters: []string{"owner", "kind", "status", "start"},
		facts:   []string{"kind", "status", "start", "end", "budget", "cost", "owner", "parent"},
		related: []relation{{"deal", "campaign", relatedDeals, "-created", ""}, {"lead", "campaign", []string{"company", "status", "owner"}, "-created", ""}},
	},
}

// kindOf is how the records of an object appear; ok is false where they have no pages.
func kindOf(object string) (kind recordKind, ok bool) {
	i := slices.IndexFunc(recordKinds, func(k recordKind) bool { return k.object.Name == object })
	if i < 0 {
		return recordKind{}, false
	}
	return recordKinds[i], true
}

// address is that of a record.
func (k recordKind) address(id value.ID) string { return "/" + k.object.Plural + "/" + id.String() }

// everything is the scope of what belongs to nobody, such as pipelines.
var everything = identity.Scope{All: true}

// mayEdit reports whether somebody may change records of this kind at all; which ones is the scope's business.
func (k recordKind) mayEdit(a identity.Access) bool {
	return slices.ContainsFunc(k.editors, a.May)
}

// requireEdit is Forbidden for whom mayEdit does not hold.
func (k recordKind) requireEdit(a identity.Access) error {
	if k.mayEdit(a) {
		return nil
	}
	return a.Require(k.editors[0])
}

// labelIn is a label of the dictionary in a language.
func labelIn(lang i18n.Lang, l crm.Label) string {
	if lang == i18n.Russian && l.Ru != "" {
		return l.Ru
	}
	return l.En
}
