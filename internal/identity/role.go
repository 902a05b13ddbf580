package identity

import (
	"slices"

	"zveno.dev/zveno/internal/i18n"
)

// Reach says how far a role reaches over the rows that have an owner.
type Reach string

// The reaches, each wider than the one before. The zero Reach reaches nothing.
const (
	ReachNone Reach = ""
	ReachOwn  Reach = "own"  // one's own rows
	ReachTeam Reach = "team" // and those of one's team, of the teams that one manages, and of all teams below
	ReachAll  Reach = "all"  // every row, also those that nobody owns
)

var reaches = []Reach{ReachNone, ReachOwn, ReachTeam, ReachAll}

// within reports whether r reaches no further than other.
func (r Reach) within(other Reach) bool {
	return slices.Index(reaches, r) <= slices.Index(reaches, other)
}

// Label is a name in each language.
type Label struct{ En, Ru string }

// In is the name in a language.
func (l Label) In(lang i18n.Lang) string {
	if lang == i18n.Russian {
		return l.Ru
	}
	return l.En
}

// Role is what its holders may do, and with which rows. Who sees a row need not be allowed to change it.
type Role struct {
	Name         string // as stored with a login: "operations"
	Label        Label
	Capabilities []Capability
	Reach        Reach // rows that holders see
	EditReach    Reach // rows that holders change; never beyond Reach
	BuiltIn      bool  // not the company's own
}

// Allows reports whether the role has a capability.
func (r Role) Allows(c Capability) bool { return slices.Contains(r.Capabilities, c) }

// The built-in roles that the program itself gives.
const (
	roleOwner         = "owner"
	roleAdministrator = "administrator"
)

// BuiltInRoles are the roles that every company has. Whoever administers does not do business and the other way round,
// but for the owner, who sets Zveno up and may be the only one there.
func BuiltInRoles() []Role {
	sells := []Capability{RecordsView, DealsEdit, RecordsEdit, MetricsView}
	reads := []Capability{RecordsView, Export, MetricsView, ViewsShare, TokensOwn}
	administers := []Capability{TeamsManage, PeopleManage, RolesManage, SettingsEdit, AuditView, TokensOwn, TokensManage, Backup}
	operates := slices.DeleteFunc(slices.Clone(Capabilities), func(c Capability) bool {
		return slices.Contains([]Capability{PeopleManage, RolesManage, TokensManage, Backup}, c)
	})
	roles := []Role{
		{Name: "rep", Label: Label{"Sales rep", "Продавец"}, Reach: ReachTeam, EditReach: ReachOwn, Capabilities: sells},
		{Name: "manager", Label: Label{"Sales manager", "Руководитель группы"}, Reach: ReachTeam, EditReach: ReachTeam,
			Capabilities: slices.Concat(sells, reads, []Capability{DealsReassign, ChangesUndo})},
		{Name: "analyst", Label: Label{"Analyst", "Аналитик"}, Reach: ReachAll, Capabilities: slices.Concat(reads, []Capability{Import, MetricsDefine})},
		{Name: "operations", Label: Label{"Operations manager", "Операционный менеджер"}, Reach: ReachAll, EditReach: ReachAll, Capabilities: operates},
		{Name: "director", Label: Label{"Director", "Директор"}, Reach: ReachAll, EditReach: ReachAll,
			Capabilities: slices.Concat(sells, reads, []Capability{DealsReassign, TeamsManage})},
		{Name: "vp", Label: Label{"Vice president", "Вице-президент"}, Reach: ReachAll, Capabilities: reads},
		{Name: "finance", Label: Label{"Finance", "Финансы"}, Reach: ReachAll, Capabilities: slices.Concat(reads, []Capability{RatesEdit})},
		{Name: roleAdministrator, Label: Label{"Administrator", "Администратор"}, Reach: ReachAll,
			Capabilities: slices.Concat([]Capability{RecordsView, MetricsView}, administers)},
		{Name: roleOwner, Label: Label{"Owner", "Владелец"}, Reach: ReachAll, EditReach: ReachAll, Capabilities: Capabilities},
	}
	for i := range roles {
		roles[i].BuiltIn = true
		roles[i].Capabilities, _ = normalCapabilities(roles[i].Capabilities)
	}
	return roles
}

// builtInRole finds a built-in role by its name.
func builtInRole(name string) (Role, bool) {
	roles := BuiltInRoles()
	at := slices.IndexFunc(roles, func(r Role) bool { return r.Name == name })
	if at < 0 {
		return Role{}, false
	}
	return roles[at], true
}
