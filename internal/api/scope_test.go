package api_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/api"
	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/crm/search"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// company is a random hierarchy whose people own random records.
type company struct {
	*world
	r       *rand.Rand
	parent  map[value.ID]value.ID // by team
	manager map[value.ID]value.ID // by team
	people  []member
	records map[string]map[value.ID]map[string]any // by object and ID: the references that make it visible
	open    value.ID                               // stage
}

type member struct {
	id, team    value.ID
	reach, edit identity.Reach
	token       string
}

func newCompany(t *testing.T, d *db.DB, seed uint64) *company {
	c := &company{world: newWorld(t, d), r: rand.New(rand.NewPCG(seed, 7)), parent: map[value.ID]value.ID{}, manager: map[value.ID]value.ID{},
		records: map[string]map[value.ID]map[string]any{}}
	reaches := []identity.Reach{identity.ReachNone, identity.ReachOwn, identity.ReachTeam, identity.ReachAll}
	for i, see := range reaches {
		for _, edit := range reaches[:i+1] {
			c.role("role-"+string(see)+"-"+string(edit), see, edit, identity.RecordsView, identity.MetricsView, identity.DealsEdit, identity.RecordsEdit)
		}
	}
	var teams []value.ID
	for i := range 5 {
		set := map[string]any{"name": fmt.Sprint("Team ", i)}
		if i > 0 && c.r.IntN(4) > 0 {
			set["parent"] = teams[c.r.IntN(i)]
		}
		id := c.record("team", set)
		c.parent[id], _ = set["parent"].(value.ID)
		teams = append(teams, id)
	}
	for i := range 7 {
		see := c.r.IntN(len(reaches))
		m := member{reach: reaches[see], edit: reaches[c.r.IntN(see+1)]}
		m.id = c.login(fmt.Sprint("person", i), "role-"+string(m.reach)+"-"+string(m.edit))
		if c.r.IntN(5) > 0 {
			m.team = teams[c.r.IntN(len(teams))]
			c.set("person", m.id, map[string]any{"team": m.team})
		}
		c.people = append(c.people, m)
	}
	for _, team := range teams {
		if c.r.IntN(2) == 0 {
			c.manager[team] = c.people[c.r.IntN(len(c.people))].id
			c.set("team", team, map[string]any{"manager": c.manager[team]})
		}
	}
	for i := range c.people {
		c.people[i].token = c.token(c.people[i].id)
	}
	c.makeRecords()
	return c
}

func (c *company) set(object string, id value.ID, set map[string]any) {
	c.t.Helper()
	c.write(func(tx *db.Tx) error {
		_, err := crm.Apply(c.t.Context(), tx, crm.ObjectNamed(object), []crm.Change{{ID: id, Set: set}})
		return err
	})
}

func (c *company) makeRecords() {
	c.open, _, _ = c.stages()
	make := func(object string, n int, references map[string]string, set map[string]any) {
		c.records[object] = map[value.ID]map[string]any{}
		for i := range n {
			values := map[string]any{}
			for name, v := range set {
				values[name] = v
				if text, ok := v.(string); ok && name != "currency" && name != "kind" {
					values[name] = fmt.Sprint(text, " ", i)
				}
			}
			if c.r.IntN(5) > 0 && references != nil {
				values["owner"] = c.people[c.r.IntN(len(c.people))].id
			}
			for field, target := range references {
				if ids := sortedIDs(c.records[target]); c.r.IntN(4) > 0 || field == "deal" {
					values[field] = ids[c.r.IntN(len(ids))]
				}
			}
			if object == "line_item" {
				delete(values, "owner")
			}
			c.records[object][c.record(object, values)] = values
		}
	}
	make("account", 10, map[string]string{}, map[string]any{"name": "Zebra account"})
	make("deal", 14, map[string]string{"account": "account"}, map[string]any{"name": "Zebra deal", "stage": c.open, "amount": int64(1000), "currency": "USD"})
	make("contact", 12, map[string]string{"account": "account"}, map[string]any{"last_name": "Zebra contact"})
	make("lead", 8, map[string]string{}, map[string]any{"last_name": "Zebra lead"})
	make("line_item", 10, map[string]string{"deal": "deal"}, map[string]any{"name": "Item"})
	make("activity", 8, map[string]string{}, map[string]any{"kind": "call"})
	make("product", 3, nil, map[string]any{"name": "Zebra product"})
}

func sortedIDs(records map[value.ID]map[string]any) []value.ID {
	ids := make([]value.ID, 0, len(records))
	for id := range records {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b value.ID) int { return strings.Compare(a.String(), b.String()) })
	return ids
}

// reaches is the naive rule: whose records somebody reaches.
func (c *company) reaches(m member, reach identity.Reach, owner value.ID) bool {
	switch {
	case reach == identity.ReachAll:
		return true
	case owner.IsZero() || reach == identity.ReachNone:
		return false
	case owner == m.id:
		return true
	case reach == identity.ReachOwn:
		return false
	}
	i := slices.IndexFunc(c.people, func(p member) bool { return p.id == owner })
	for team := c.people[i].team; !team.IsZero(); team = c.parent[team] {
		if team == m.team || c.manager[team] == m.id {
			return true
		}
	}
	return false
}

// sees is the naive rule for records.
func (c *company) sees(m member, reach identity.Reach, object string, values map[string]any) bool {
	owner, _ := values["owner"].(value.ID)
	part := func(field, whole string) bool {
		id, given := values[field].(value.ID)
		return given && c.sees(m, reach, whole, c.records[whole][id])
	}
	switch object {
	case "product":
		return true
	case "contact":
		return c.reaches(m, reach, owner) || part("account", "account")
	case "line_item":
		return part("deal", "deal")
	}
	return c.reaches(m, reach, owner)
}

// visible lists what somebody sees of an object.
func (c *company) visible(m member, object string) []string {
	ids := []string{}
	for _, id := range sortedIDs(c.records[object]) {
		if c.sees(m, m.reach, object, c.records[object][id]) {
			ids = append(ids, id.String())
		}
	}
	return ids
}

func TestScopeEqualsNaiveFilter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCompany(t, d, 1)
		p, err := projection.Open(t.Context(), d, columnar.Config{Dir: t.TempDir(), Log: dbtest.Log(t)})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if err := p.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := search.CatchUp(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		c.handler = api.New(api.Config{DB: d, Projection: p, Log: dbtest.Log(t), Version: "test", RequestsPS: 1e6})
		for i, m := range c.people {
			who := fmt.Sprintf("person %d, who sees %q and changes %q", i, m.reach, m.edit)
			for object, records := range c.records {
				c.checkReads(who, m, object, records)
			}
			c.checkMetrics(who, m)
		}
	})
}

// checkReads compares list, single records, histories and search with the naive rule.
func (c *company) checkReads(who string, m member, object string, records map[value.ID]map[string]any) {
	plural := crm.ObjectNamed(object).Plural
	want := c.visible(m, object)
	page := c.want(200, m.token, "GET", "/api/v1/"+plural+"?limit=200", nil)
	if got := pageIDs(page.data()); !slices.Equal(got, want) || page.body["total"] != float64(len(want)) {
		c.t.Errorf("%s: %s are %v, want %v", who, plural, got, want)
	}
	for id := range records {
		status := 404
		if slices.Contains(want, id.String()) {
			status = 200
		}
		for _, path := range []string{"", "/history", "?as_of=2100-01-01"} {
			if answer := c.do(m.token, "GET", "/api/v1/"+plural+"/"+id.String()+path, nil); answer.status != status {
				c.t.Errorf("%s: %s %s%s: %d, want %d", who, object, id, path, answer.status, status)
			}
		}
	}
	if slices.Contains([]string{"account", "deal", "contact", "lead", "product"}, object) {
		found := c.want(200, m.token, "GET", "/api/v1/search?limit=100&q=zebra+"+object, nil).data()
		if got := pageIDs(found); !slices.Equal(got, want) {
			c.t.Errorf("%s: search finds %s %v, want %v", who, plural, got, want)
		}
	}
}

// checkMetrics compares metrics and the waterfall with the naive rule.
func (c *company) checkMetrics(who string, m member) {
	want := c.visible(m, "deal")
	rows := c.want(200, m.token, "GET", "/api/v1/metrics/open_pipeline/rows", nil)
	if got := pageIDs(rows.data()); !slices.Equal(got, want) {
		c.t.Errorf("%s: rows of a metric %v, want %v", who, got, want)
	}
	total := 0.0
	for _, cell := range c.want(200, m.token, "GET", "/api/v1/metrics/open_pipeline", nil).body["cells"].([]any) {
		v, _ := cell.(map[string]any)["value"].(float64)
		total += v
	}
	if total != float64(len(want)*10) {
		c.t.Errorf("%s: a metric of %v, want %d deals of 10", who, total, len(want))
	}
	for line, lists := range map[string]bool{"created": true, "end": true, "start": false} {
		rows := c.want(200, m.token, "GET", "/api/v1/waterfall/rows?from=2020-01-01&line="+line, nil)
		if got := pageIDs(rows.data()); lists && !slices.Equal(got, want) || !lists && len(got) > 0 {
			c.t.Errorf("%s: line %s has %v, want %v", who, line, got, want)
		}
	}
}

func pageIDs(records []map[string]any) []string {
	ids := []string{}
	for _, r := range records {
		ids = append(ids, r["id"].(string))
	}
	slices.Sort(ids)
	return ids
}

func TestChangesStayInScope(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCompany(t, d, 3)
		for i, m := range c.people {
			for object, records := range c.records {
				if object == "product" {
					continue
				}
				o := crm.ObjectNamed(object)
				for _, id := range sortedIDs(records) {
					want := 404
					if c.sees(m, m.reach, object, records[id]) {
						want = 403
					}
					if want == 403 && c.sees(m, m.edit, object, records[id]) {
						want = 200
					}
					path := "/api/v1/" + o.Plural
					body := fmt.Sprintf(`{"%s": "new"}`, textField(o))
					if answer := c.do(m.token, "PATCH", path+"/"+id.String(), body, "If-Match", "*"); answer.status != want {
						t.Errorf("person %d, who sees %q and changes %q: change of %s: %d, want %d\n%s", i, m.reach, m.edit, object, answer.status, want, answer.text)
					}
					many := map[string]any{"records": []any{map[string]any{"id": id, textField(o): "newer"}}}
					if answer := c.do(m.token, "POST", path+"/bulk", many); (answer.status == 200) != (want == 200) {
						t.Errorf("person %d, who sees %q and changes %q: bulk change of %s: %d\n%s", i, m.reach, m.edit, object, answer.status, answer.text)
					}
				}
			}
		}
	})
}

// textField is a field that a test can change.
func textField(o *crm.Object) string {
	for _, name := range []string{"description", "name"} {
		if o.Field(name) >= 0 {
			return name
		}
	}
	return ""
}

func TestNobodyGivesRecordsAwayUnasked(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.role("seller", identity.ReachTeam, identity.ReachOwn, identity.RecordsView, identity.DealsEdit, identity.RecordsEdit)
	anna, bob := w.login("anna", "seller"), w.login("bob", "seller")
	open, _, _ := w.stages()
	team := w.record("team", map[string]any{"name": "Both"})
	w.write(func(tx *db.Tx) error {
		_, err := crm.Apply(t.Context(), tx, crm.ObjectNamed("person"), []crm.Change{{ID: anna, Set: map[string]any{"team": team}}, {ID: bob, Set: map[string]any{"team": team}}})
		return err
	})
	token := w.token(anna)
	bobs := w.record("deal", map[string]any{"name": "Bob's", "stage": open, "owner": bob})
	w.want(200, token, "GET", "/api/v1/deals/"+bobs.String(), nil)
	own := w.want(201, token, "POST", "/api/v1/deals", map[string]any{"name": "Anna's", "stage": open}).body["id"].(string)
	for what, status := range map[string]int{
		"PATCH /deals/" + own + ` {"owner": "` + bob.String() + `"}`:                                                       403,
		"PATCH /deals/" + own + ` {"owner": null}`:                                                                         403,
		"PATCH /deals/" + own + ` {"owner": "` + anna.String() + `"}`:                                                      200,
		"PATCH /deals/" + bobs.String() + ` {"owner": "` + anna.String() + `"}`:                                            403,
		`POST /deals {"name": "x", "stage": "` + open.String() + `", "owner": "` + bob.String() + `"}`:                     403,
		`POST /deals/bulk {"records": [{"name": "x", "stage": "` + open.String() + `", "owner": "` + bob.String() + `"}]}`: 422,
		`POST /line_items {"deal": "` + bobs.String() + `", "name": "x"}`:                                                  403,
		`POST /line_items {"deal": "` + own + `", "name": "x"}`:                                                            201,
		`POST /line_items/bulk {"records": [{"deal": "` + bobs.String() + `", "name": "x"}]}`:                              403,
		`POST /deals/` + bobs.String() + `/move {"stage": "` + open.String() + `"}`:                                        403,
	} {
		parts := strings.SplitN(what, " ", 3)
		if answer := w.do(token, parts[0], "/api/v1"+parts[1], parts[2], ifMatchFor(parts[0])...); answer.status != status {
			t.Errorf("%s: %d, want %d\n%s", what, answer.status, status, answer.text)
		}
	}
}

func ifMatchFor(method string) []string {
	if method == "PATCH" {
		return []string{"If-Match", "*"}
	}
	return nil
}

// People and teams decide who sees and may do what: they are changed by the rules of package identity only.
func TestPeopleAndTeamsAreOnlyRead(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	owner := w.login("olga", "owner")
	team := w.record("team", map[string]any{"name": "North"})
	token := w.token(owner)
	for _, path := range []string{"/api/v1/people", "/api/v1/teams"} {
		w.want(200, token, "GET", path, nil)
		w.want(405, token, "POST", path, `{"name": "X"}`)
	}
	for _, path := range []string{"/api/v1/people/" + owner.String(), "/api/v1/teams/" + team.String()} {
		w.want(405, token, "PATCH", path, `{"name": "X"}`, "If-Match", "*")
		w.want(405, token, "DELETE", path, nil, "If-Match", "*")
	}
}
