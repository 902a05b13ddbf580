package web_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/search"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/webtest"
)

// world is a company of random teams whose people own deals and accounts.
type world struct {
	teams        []value.ID
	parent       map[value.ID]value.ID
	teamOf       map[value.ID]value.ID
	people       []value.ID
	owner        map[string]value.ID // of a record, by its address
	deals        []value.ID
	stage, other value.ID
}

// makeWorld fills an empty database.
func makeWorld(t *testing.T, s *webtest.Server, random *rand.Rand) *world {
	t.Helper()
	w := &world{parent: map[value.ID]value.ID{}, teamOf: map[value.ID]value.ID{}, owner: map[string]value.ID{}}
	err := s.DB.Write(t.Context(), db.TxInfo{Actor: value.System("test")}, func(tx *db.Tx) error {
		add := func(object string, set map[string]any) value.ID {
			id := value.NewID()
			if _, err := crm.Apply(t.Context(), tx, crm.ObjectNamed(object), []crm.Change{{ID: id, New: true, Set: set}}); err != nil {
				t.Fatal(err)
			}
			return id
		}
		pipeline := add("pipeline", map[string]any{"name": "Sales", "position": int64(1)})
		w.stage = add("stage", map[string]any{"pipeline": pipeline, "name": "Open", "position": int64(1), "outcome": "open", "probability": 0.5})
		w.other = add("stage", map[string]any{"pipeline": pipeline, "name": "Won", "position": int64(2), "outcome": "won"})
		for i := range 5 {
			set := map[string]any{"name": fmt.Sprintf("Team %d", i)}
			if i > 0 && random.IntN(4) > 0 {
				set["parent"] = w.teams[random.IntN(i)]
			}
			id := add("team", set)
			if above, ok := set["parent"].(value.ID); ok {
				w.parent[id] = above
			}
			w.teams = append(w.teams, id)
		}
		for i := range 8 {
			team := w.teams[random.IntN(len(w.teams))]
			id := add("person", map[string]any{"name": fmt.Sprintf("Person %d", i), "team": team, "active": true})
			w.people, w.teamOf[id] = append(w.people, id), team
		}
		for i := range 24 {
			owner := w.people[random.IntN(len(w.people))]
			deal := add("deal", map[string]any{"name": fmt.Sprintf("Zebra deal %02d", i), "owner": owner, "stage": w.stage, "amount": int64(1000 * i), "currency": "USD"})
			account := add("account", map[string]any{"name": fmt.Sprintf("Zebra account %02d", i), "owner": owner})
			w.deals = append(w.deals, deal)
			w.owner["/deals/"+deal.String()], w.owner["/accounts/"+account.String()] = owner, owner
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// sees is the scope again, as plainly as can be said.
func (w *world) sees(reach identity.Reach, person, owner value.ID) bool {
	if reach == identity.ReachAll || reach != identity.ReachNone && person == owner {
		return true
	}
	for team := w.teamOf[owner]; reach == identity.ReachTeam && !team.IsZero(); team = w.parent[team] {
		if team == w.teamOf[person] {
			return true
		}
	}
	return false
}

// signIn gives somebody in the company a login with a role of their own.
func (w *world) signIn(t *testing.T, s *webtest.Server, person value.ID, reach identity.Reach) visitor {
	t.Helper()
	email := fmt.Sprintf("%s@example.com", person)
	role := "test-" + string(reach)
	err := s.DB.Write(t.Context(), db.TxInfo{Actor: value.System("test")}, func(tx *db.Tx) error {
		err := identity.SaveRole(t.Context(), tx, identity.Role{Name: role, Label: identity.Label{En: role, Ru: role}, Reach: reach, EditReach: reach,
			Capabilities: []identity.Capability{identity.RecordsView, identity.Export, identity.MetricsView, identity.DealsEdit}})
		if err != nil {
			return err
		}
		if _, err = crm.Apply(t.Context(), tx, crm.ObjectNamed("person"), []crm.Change{{ID: person, Set: map[string]any{"email": email}}}); err != nil {
			return err
		}
		_, err = identity.CreateLogin(t.Context(), tx, identity.LoginNew{Name: "Kim", Email: email, Role: role, Password: webtest.Password})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	client := stranger()
	client.Jar = newJar(t)
	if status, _, _ := post(t, client, s.URL+"/sign-in", nil, "email", email, "password", webtest.Password); status != http.StatusSeeOther {
		t.Fatalf("sign-in: status %d", status)
	}
	return visitor{t, s.URL, client}
}

var recordAddress = regexp.MustCompile(`/(?:deals|accounts)/[0-9a-f-]{36}`)

func TestScopeOfPages(t *testing.T) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 7))
		s := webtest.Serve(t, 0)
		w := makeWorld(t, s, random)
		s.Refresh(t)
		if err := search.CatchUp(t.Context(), s.DB); err != nil {
			t.Fatal(err)
		}
		for i, reach := range []identity.Reach{identity.ReachOwn, identity.ReachTeam, identity.ReachAll} {
			person := w.people[(int(seed)+i)%len(w.people)]
			w.checkScope(t, w.signIn(t, s, person, reach), reach, person)
		}
	}
}

// checkScope compares everything that lists deals or accounts with the plain scope.
func (w *world) checkScope(t *testing.T, v visitor, reach identity.Reach, person value.ID) {
	t.Helper()
	var deals, accounts []string
	for address, owner := range w.owner {
		switch {
		case !w.sees(reach, person, owner):
			if status, _ := v.get(address); status != http.StatusNotFound {
				t.Errorf("%s reaches %s of somebody else: status %d", reach, address, status)
			}
			continue
		case strings.HasPrefix(address, "/deals/"):
			deals = append(deals, address)
		default:
			accounts = append(accounts, address)
		}
		if status, _ := v.get(address); status != http.StatusOK {
			t.Errorf("%s does not reach %s of their own: status %d", reach, address, status)
		}
	}
	for path, want := range map[string][]string{"/pipeline": deals, "/pipeline?status=all&text=zebra": deals, "/pipeline/board": deals, "/accounts": accounts,
		"/accounts?sort=-created": accounts, "/search?q=zebra": slices.Concat(deals, accounts)} {
		_, body := v.get(path)
		checkSame(t, string(reach)+" "+path, found(body), want)
	}
	for path, want := range map[string][]string{"/pipeline?format=csv": deals, "/accounts?format=csv": accounts} {
		_, body := v.get(path)
		prefix := strings.SplitAfter(want0(want), "s/")[0]
		var got []string
		for _, id := range regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`).FindAllString(body, -1) {
			got = append(got, prefix+id)
		}
		checkSame(t, string(reach)+" "+path, got, want)
	}
	w.checkMoves(t, v, reach, person)
}

// checkMoves tries to move a deal out of scope.
func (w *world) checkMoves(t *testing.T, v visitor, reach identity.Reach, person value.ID) {
	t.Helper()
	for _, deal := range w.deals {
		address := "/deals/" + deal.String()
		if w.sees(reach, person, w.owner[address]) {
			continue
		}
		for path, form := range map[string][]string{"/move": {"stage", w.other.String()}, "": {"version", "1", "name", "taken"}, "/undo": {"no", "1", "version", "1"}} {
			if status, _, _ := post(t, v.client, v.base+address+path, nil, form...); status != http.StatusNotFound {
				t.Errorf("%s posts to %s%s of somebody else: status %d", reach, address, path, status)
			}
		}
	}
}

// want0 is the first of what is wanted; where nothing is, any address does.
func want0(want []string) string {
	if len(want) == 0 {
		return "/deals/"
	}
	return want[0]
}

// found lists the addresses of records in a body, each once.
func found(body string) []string {
	all := map[string]bool{}
	for _, address := range recordAddress.FindAllString(body, -1) {
		all[address] = true
	}
	return slices.Collect(maps.Keys(all))
}

func checkSame(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s shows %d records, want %d:\n got %v\nwant %v", what, len(got), len(want), got, want)
	}
}
