package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/web/webtest"
)

// settingsPages are all pages of the settings that need no record in their address, with who may not open them.
var settingsPages = map[string][]string{
	"/settings/profile": nil, "/settings/company": {"rep", "analyst"}, "/settings/people": {"rep", "finance"}, "/settings/people/new": {"rep", "director"}, "/settings/teams": {"rep", "analyst"},
	"/settings/teams/new": {"rep"}, "/settings/roles": {"rep", "operations"}, "/settings/roles/new": {"rep", "operations"}, "/settings/pipelines": {"rep", "finance"}, "/settings/rates": {"rep", "manager"},
	"/settings/fields": {"rep", "finance"}, "/settings/fields/new": {"rep", "finance"}, "/settings/tokens": {"rep"}, "/settings/audit": {"rep", "analyst"}, "/settings/audit/chain": {"rep"},
	"/settings/audit.csv": {"rep", "administrator"}, "/imports": {"rep", "finance"},
}

func TestSettingsOpenToWhomTheyShould(t *testing.T) {
	s := webtest.Serve(t, 60)
	owner := following(s.Client(t, "owner"))
	for path, closed := range settingsPages {
		if got := statusOf(t, owner, s.URL+path); got != http.StatusOK {
			t.Errorf("%s: %d for the owner", path, got)
		}
		for _, role := range closed {
			c := s.Client(t, role)
			if got := statusOf(t, c, s.URL+path); got != http.StatusForbidden {
				t.Errorf("%s: %d for %s", path, got, role)
			}
			if got := sendForm(t, c, s.URL+path, nil).StatusCode; got < 400 && path != "/settings/profile" {
				t.Errorf("POST %s: %d for %s", path, got, role)
			}
		}
	}
	rep := fetchText(t, s.Client(t, "rep"), s.URL+"/settings/profile")
	if strings.Contains(rep, `href="/settings/people"`) || strings.Contains(rep, `href="/imports"`) {
		t.Error("a rep is shown what is closed to reps")
	}
}

// Each form says what is wrong with it, and keeps what was typed.
func TestFormsRefuse(t *testing.T) {
	s := webtest.Serve(t, 60)
	c := s.Client(t, "owner")
	person, team, pipeline := anyID(t, s, "identity_people"), anyID(t, s, "identity_teams"), anyID(t, s, "crm_pipelines")
	for path, form := range map[string]url.Values{
		"/settings/company":                           {"company": {"typed-before"}, "currency": {"EURO"}, "zone": {"UTC"}, "fiscal_start_month": {"1"}, "locale": {"en"}},
		"/settings/people":                            {"name": {""}, "email": {"typed-before@"}},
		"/settings/people/" + person:                  {"name": {""}, "title": {"typed-before"}},
		"/settings/people/" + person + "/team":        {"team": {team}, "from": {"2999-01-01"}},
		"/settings/people/" + person + "/login":       {"role": {"emperor"}},
		"/settings/teams":                             {"name": {""}, "region": {"typed-before"}},
		"/settings/teams/" + team:                     {"name": {"typed-before"}, "parent": {team}},
		"/settings/roles":                             {"name": {"Bad Name"}, "label_en": {"typed-before"}, "label_ru": {"x"}, "reach": {"own"}, "edit_reach": {"all"}},
		"/settings/pipelines":                         {"name": {""}},
		"/settings/pipelines/" + pipeline + "/stages": {"name": {"typed-before"}, "outcome": {"open"}, "probability": {"140"}},
		"/settings/rates":                             {"currency": {"USD"}, "day": {"soon"}, "rate": {"typed-before"}},
		"/settings/fields":                            {"object": {"deal"}, "label_en": {"typed-before"}, "kind": {"choice"}, "name": {"x"}},
		"/settings/tokens":                            {"name": {"typed-before"}, "days": {"30"}},
		"/settings/profile/password":                  {"current": {"wrong wrong wrong"}, "password": {"long enough password"}},
	} {
		answer := sendForm(t, c, s.URL+path, form)
		page := bodyOf(t, answer)
		if answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, `id="form-errors"`) {
			t.Errorf("%s: status %d", path, answer.StatusCode)
		}
		if typed := strings.Contains(form.Encode(), "typed-before"); typed && !strings.Contains(page, "typed-before") {
			t.Errorf("%s: what was typed is lost", path)
		}
	}
}

// anyID is the ID of a record of a table, as addresses write it.
func anyID(t *testing.T, s *webtest.Server, table string) string {
	t.Helper()
	return oneID(t, s, `SELECT id FROM `+table+` WHERE NOT deleted ORDER BY id LIMIT 1`)
}

func TestOtherSitesChangeNothing(t *testing.T) {
	s := webtest.Serve(t, 0)
	c := s.Client(t, "owner")
	for _, path := range []string{"/settings/company", "/settings/people", "/settings/tokens", "/settings/roles", "/imports", "/settings/profile/password"} {
		request, err := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader("name=x"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		answer, err := c.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s: status %d", path, answer.StatusCode)
		}
	}
}

func TestPersonIsAddedMovedAndSignsIn(t *testing.T) {
	s := webtest.ServeToday(t, 60)
	c := following(s.Client(t, "owner"))
	page := bodyOf(t, sendForm(t, c, s.URL+"/settings/people", url.Values{"name": {"<b>Nora</b>"}, "email": {"nora@example.com"}, "role": {"analyst"}}))
	password := regexp.MustCompile(`id="password">([^<]+)<`).FindStringSubmatch(page)
	if password == nil || strings.Contains(page, "<b>Nora") {
		t.Fatalf("no password, or a name that is not escaped:\n%s", page)
	}
	id := oneID(t, s, `SELECT id FROM identity_people WHERE email = 'nora@example.com'`)
	team := anyID(t, s, "identity_teams")
	moved := sendForm(t, c, s.URL+"/settings/people/"+id+"/team", url.Values{"team": {team}, "from": {time.Now().AddDate(0, 0, -3).UTC().Format(time.DateOnly)}})
	if text := bodyOf(t, moved); moved.StatusCode != http.StatusOK || !strings.Contains(text, "Saved.") {
		t.Errorf("status %d", moved.StatusCode)
	}
	if got := countOf(t, s, `SELECT count(*) FROM identity_person_versions WHERE team_id IS NOT NULL AND id = (SELECT id FROM identity_people WHERE email = 'nora@example.com')`); got != 1 {
		t.Errorf("%d versions in the team", got)
	}
	visitor := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	signIn := func() int {
		return sendForm(t, visitor, s.URL+"/sign-in", url.Values{"email": {"nora@example.com"}, "password": {password[1]}}).StatusCode
	}
	if got := signIn(); got != http.StatusSeeOther {
		t.Errorf("the first password does not sign in: %d", got)
	}
	sendForm(t, c, s.URL+"/settings/people/"+id+"/disable", url.Values{"disabled": {"1"}})
	if got := signIn(); got == http.StatusSeeOther {
		t.Error("signs in although locked")
	}
	if got := countOf(t, s, `SELECT count(*) FROM identity_audit WHERE source = 'web' AND action IN ('person.create', 'login.add', 'person.edit', 'login.disable')`); got != 4 {
		t.Errorf("%d entries of the audit log", got)
	}
}

func TestOwnRoleIsMadeAndDeleted(t *testing.T) {
	s := webtest.Serve(t, 0)
	c := following(s.Client(t, "owner"))
	sendForm(t, c, s.URL+"/settings/roles", url.Values{"name": {"partner"}, "label_en": {"Partner <i>"}, "label_ru": {"Партнёр"}, "reach": {"own"}, "edit_reach": {""}, "capabilities": {"records.view", "import"}})
	page := fetchText(t, c, s.URL+"/settings/roles")
	if !strings.Contains(page, "Partner &lt;i&gt;") {
		t.Fatalf("the role is not listed:\n%s", page)
	}
	if answer := sendForm(t, c, s.URL+"/settings/roles", url.Values{"name": {"owner"}, "label_en": {"x"}, "label_ru": {"x"}, "reach": {"own"}}); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a built-in role could be changed: %d", answer.StatusCode)
	}
	sendForm(t, c, s.URL+"/settings/roles/partner/delete", nil)
	if got := countOf(t, s, `SELECT count(*) FROM identity_roles`); got != 0 {
		t.Errorf("%d roles left", got)
	}
}

func TestStagesAreMadeMovedAndKept(t *testing.T) {
	s := webtest.Serve(t, 60)
	c := following(s.Client(t, "owner"))
	pipeline := anyID(t, s, "crm_pipelines")
	base := s.URL + "/settings/pipelines/" + pipeline + "/stages"
	stage := url.Values{"name": {"Legal <u>"}, "outcome": {"open"}, "probability": {"62,5"}, "forecast_category": {"commit"}, "qualified": {"1"}}
	if page := bodyOf(t, sendForm(t, c, base, stage)); !strings.Contains(page, "Legal &lt;u&gt;") {
		t.Fatalf("the stage is not listed:\n%s", page)
	}
	if got := countOf(t, s, `SELECT count(*) FROM crm_stages WHERE probability = 0.625 AND qualified AND forecast_category = 'commit'`); got != 1 {
		t.Errorf("%d such stages", got)
	}
	id := oneID(t, s, `SELECT id FROM crm_stages WHERE probability = 0.625`)
	before := countOf(t, s, `SELECT position FROM crm_stages WHERE probability = 0.625`)
	sendForm(t, c, base+"/"+id+"/shift", url.Values{"way": {"up"}})
	if after := countOf(t, s, `SELECT position FROM crm_stages WHERE probability = 0.625`); after != before-1 {
		t.Errorf("moved from %d to %d", before, after)
	}
	stage.Set("id", id)
	stage.Set("name", "Contract")
	if answer := sendForm(t, c, base, stage); answer.StatusCode != http.StatusOK {
		t.Errorf("renaming: %d", answer.StatusCode)
	}
	used := oneID(t, s, `SELECT stage_id FROM crm_deals WHERE NOT deleted LIMIT 1`)
	if answer := sendForm(t, c, base+"/"+used+"/delete", nil); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a stage with deals was deleted: %d", answer.StatusCode)
	}
	sendForm(t, c, base+"/"+id+"/delete", nil)
	if got := countOf(t, s, `SELECT count(*) FROM crm_stages WHERE name = 'Contract' AND NOT deleted`); got != 0 {
		t.Error("the empty stage is still there")
	}
}

func TestRatesAndFields(t *testing.T) {
	s := webtest.Serve(t, 0)
	c := following(s.Client(t, "owner"))
	for _, rate := range []string{"1,08", "1.09"} {
		sendForm(t, c, s.URL+"/settings/rates", url.Values{"currency": {"eur"}, "day": {"2026-05-01"}, "rate": {rate}})
	}
	if got := countOf(t, s, `SELECT count(*) FROM crm_rates WHERE rate = 1.09 AND NOT deleted`); got != 1 || countOf(t, s, `SELECT count(*) FROM crm_rates`) != 1 {
		t.Errorf("%d rates", got)
	}
	sendForm(t, c, s.URL+"/settings/rates/"+anyID(t, s, "crm_rates")+"/delete", nil)
	if got := countOf(t, s, `SELECT count(*) FROM crm_rates WHERE NOT deleted`); got != 0 {
		t.Errorf("%d rates left", got)
	}
	field := url.Values{"object": {"deal"}, "label_en": {"Deal region"}, "label_ru": {"Регион сделки"}, "kind": {"choice"}, "choices": {"North\nSouth\n"}}
	sendForm(t, c, s.URL+"/settings/fields", field)
	if page := fetchText(t, c, s.URL+"/settings/fields/deal/deal_region"); !strings.Contains(page, "North\nSouth") {
		t.Errorf("the field has no choices:\n%s", page)
	}
	if answer := sendForm(t, c, s.URL+"/settings/fields", field); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a second field of that name: %d", answer.StatusCode)
	}
	edit := url.Values{"object": {"deal"}, "name": {"deal_region"}, "known": {"1"}, "label_en": {"Region"}, "choices": {"North\nSouth\nWest"}}
	sendForm(t, c, s.URL+"/settings/fields", edit)
	if got := countOf(t, s, `SELECT count(*) FROM crm_fields WHERE label_en = 'Region' AND choices LIKE '%West%'`); got != 1 {
		t.Error("the field was not changed")
	}
}

func TestTokenIsShownOnce(t *testing.T) {
	s := webtest.ServeToday(t, 0)
	c := following(s.Client(t, "owner"))
	page := bodyOf(t, sendForm(t, c, s.URL+"/settings/tokens", url.Values{"name": {"BI"}, "days": {"30"}, "capabilities": {"records.view"}}))
	secret := regexp.MustCompile(`id="secret">(zveno_[^<]+)<`).FindStringSubmatch(page)
	if secret == nil {
		t.Fatalf("no secret:\n%s", page)
	}
	if again := fetchText(t, c, s.URL+"/settings/tokens"); strings.Contains(again, secret[1]) || !strings.Contains(again, "BI") {
		t.Error("the secret is shown again, or the token is not listed")
	}
	sendForm(t, c, s.URL+"/settings/tokens/"+anyToken(t, s)+"/revoke", nil)
	if got := countOf(t, s, `SELECT count(*) FROM identity_tokens WHERE revoked_at IS NOT NULL`); got != 1 {
		t.Error("the token was not revoked")
	}
}

func anyToken(t *testing.T, s *webtest.Server) string {
	t.Helper()
	return oneID(t, s, `SELECT id FROM identity_tokens LIMIT 1`)
}

func TestAuditIsPagedAndExported(t *testing.T) {
	s := webtest.Serve(t, 0)
	c := following(s.Client(t, "owner"))
	for range 60 {
		sendForm(t, c, s.URL+"/settings/company", url.Values{"company": {"=cmd()" + strings.Repeat("x", countOf(t, s, `SELECT count(*) FROM identity_audit`)%50)}, "currency": {"USD"}, "zone": {"UTC"}, "fiscal_start_month": {"1"}, "locale": {"en"}})
	}
	page := fetchText(t, c, s.URL+"/settings/audit?action=settings.save")
	next := regexp.MustCompile(`href="(/settings/audit\?[^"]*before=\d+)"`).FindStringSubmatch(page)
	if next == nil {
		t.Fatal("no second page")
	}
	second := fetchText(t, c, s.URL+strings.ReplaceAll(next[1], "&amp;", "&"))
	if rows := strings.Count(page, "№ ") + strings.Count(second, "№ "); rows != 60 {
		t.Errorf("%d entries on two pages", rows)
	}
	if chain := fetchText(t, c, s.URL+"/settings/audit/chain"); !strings.Contains(chain, "The log is whole") {
		t.Errorf("%s", chain)
	}
	if file := fetchText(t, c, s.URL+"/settings/audit.csv?action=settings.save"); strings.Count(file, "settings.save") != 60 {
		t.Errorf("%d exported entries", strings.Count(file, "settings.save"))
	}
}

func TestPasswordChangeEndsOtherSessions(t *testing.T) {
	s := webtest.Serve(t, 0)
	here, there := following(s.Client(t, "owner")), s.Client(t, "owner")
	answer := sendForm(t, here, s.URL+"/settings/profile/password", url.Values{"current": {webtest.Password}, "password": {"another long password"}})
	if answer.StatusCode != http.StatusOK || statusOf(t, here, s.URL+"/settings/profile") != http.StatusOK {
		t.Errorf("the own session ended: %d", answer.StatusCode)
	}
	if got := statusOf(t, there, s.URL+"/settings/profile"); got != http.StatusSeeOther {
		t.Errorf("the other session goes on: %d", got)
	}
}

// Nobody changes by a form what they may not change: not even with the address of a form that they were never shown.
func TestFormsNeedTheirCapability(t *testing.T) {
	s := webtest.Serve(t, 60)
	person, team, pipeline, rate := anyID(t, s, "identity_people"), anyID(t, s, "identity_teams"), anyID(t, s, "crm_pipelines"), anyID(t, s, "crm_rates")
	stages := "/settings/pipelines/" + pipeline + "/stages"
	stage := oneID(t, s, `SELECT id FROM crm_stages WHERE NOT deleted LIMIT 1`)
	before := countOf(t, s, `SELECT count(*) FROM identity_audit`)
	for role, paths := range map[string][]string{
		"rep": {"/settings/company", "/settings/people", "/settings/people/" + person, "/settings/people/" + person + "/team", "/settings/people/" + person + "/active", "/settings/people/" + person + "/login",
			"/settings/people/" + person + "/role", "/settings/people/" + person + "/password", "/settings/people/" + person + "/disable", "/settings/teams", "/settings/teams/" + team,
			"/settings/teams/" + team + "/delete", "/settings/roles", "/settings/roles/x/delete", "/settings/pipelines", stages, stages + "/" + stage + "/shift", stages + "/" + stage + "/delete",
			"/settings/rates", "/settings/rates/" + rate + "/delete", "/settings/fields", "/settings/tokens", "/imports", "/imports/" + person + "/undo"},
		"operations": {"/settings/people", "/settings/people/" + person, "/settings/people/" + person + "/active", "/settings/people/" + person + "/login", "/settings/people/" + person + "/role",
			"/settings/people/" + person + "/password", "/settings/roles"},
		"administrator": {"/settings/pipelines", "/settings/rates", "/settings/fields", "/imports"},
	} {
		c := s.Client(t, role)
		before += 2 // the login and the sign-in
		for _, path := range paths {
			if answer := sendForm(t, c, s.URL+path, url.Values{"name": {"x"}}); answer.StatusCode != http.StatusForbidden {
				t.Errorf("%s, %s: status %d", role, path, answer.StatusCode)
			}
		}
	}
	if after := countOf(t, s, `SELECT count(*) FROM identity_audit`); after != before {
		t.Errorf("%d entries of the audit log instead of %d: something was done", after, before)
	}
}
