package web_test

import (
	"encoding/csv"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/search"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/demo"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/webtest"
)

// visitor is somebody signed in to a served company.
type visitor struct {
	t      *testing.T
	base   string
	client *http.Client
}

func newVisitor(t *testing.T, s *webtest.Server, role string) visitor {
	t.Helper()
	return visitor{t, s.URL, s.Client(t, role)}
}

func (v visitor) get(path string) (int, string) {
	v.t.Helper()
	status, _, body := get(v.t, v.client, v.base+path)
	return status, body
}

// send posts a form.
func (v visitor) send(path string, form url.Values) (int, http.Header, string) {
	v.t.Helper()
	var pairs []string
	for name := range form {
		pairs = append(pairs, name, form.Get(name))
	}
	return post(v.t, v.client, v.base+path, nil, pairs...)
}

// inputs gives the named inputs of the form that posts to an action, as a browser would send them.
func inputs(t *testing.T, body, action string) url.Values {
	t.Helper()
	at := strings.Index(body, `method="post" action="`+action+`"`)
	if at < 0 {
		t.Fatalf("no form posts to %s", action)
	}
	form, _, _ := strings.Cut(body[at:], "</form>")
	values := url.Values{}
	for _, input := range regexp.MustCompile(`<input[^>]*>`).FindAllString(form, -1) {
		values.Set(attribute(input, "name"), attribute(input, "value"))
	}
	for _, choice := range regexp.MustCompile(`(?s)<select[^>]*name="([^"]*)".*?</select>`).FindAllStringSubmatch(form, -1) {
		option := regexp.MustCompile(`<option value="([^"]*)" selected`).FindStringSubmatch(choice[0])
		if option != nil {
			values.Set(choice[1], option[1])
		}
	}
	return values
}

func attribute(tag, name string) string {
	found := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if found == nil {
		return ""
	}
	return strings.NewReplacer("&amp;", "&", "&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">").Replace(found[1])
}

// firstLink is the first address in a body that begins so.
func firstLink(t *testing.T, body, prefix string) string {
	t.Helper()
	found := regexp.MustCompile(`href="(` + prefix + `[0-9a-f-]{36})"`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no link to %s", prefix)
	}
	return found[1]
}

// complaint is what an error page says.
func complaint(body string) string {
	_, after, _ := strings.Cut(body, `<p class="z-state-code">`)
	text, _, _ := strings.Cut(after, "</p>")
	return text
}

func TestRecordPagesAnswer(t *testing.T) {
	s := webtest.Serve(t, 300)
	if err := search.CatchUp(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, s, "owner")
	for _, path := range []string{"/pipeline", "/pipeline?status=all&sort=-amount", "/pipeline?status=won", "/pipeline?text=a&amount_from=1,000&close_to=2026-12-31",
		"/pipeline?asof=2026-03-31", "/pipeline?asof=2026-03-31&sort=name&amount_from=100", "/pipeline?cols=created,probability,stage", "/pipeline/board", "/pipeline/board?text=a",
		"/accounts", "/contacts", "/leads", "/products", "/activities", "/campaigns", "/accounts/new", "/deals/new", "/activities/new",
		"/search?q=a", "/search", "/pick/account?field=account&account=a"} {
		if status, body := v.get(path); status != http.StatusOK {
			t.Errorf("%s: status %d: %s", path, status, complaint(body))
		}
	}
	for _, list := range []string{"/pipeline", "/accounts", "/contacts", "/leads", "/products", "/activities"} {
		_, body := v.get(list)
		prefix := list + "/"
		if list == "/pipeline" {
			prefix = "/deals/"
		}
		record := firstLink(t, body, prefix)
		for _, path := range []string{record, record + "?edit=1", record + "?asof=2026-04-30", record + "?history=all"} {
			if status, body := v.get(path); status != http.StatusOK {
				t.Errorf("%s: status %d: %s", path, status, complaint(body))
			}
		}
	}
}

func newJar(t *testing.T) http.CookieJar {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return jar
}

// TestMarkupInRecordsIsText puts markup into every text of a deal and an account and looks for it on every page.
func TestMarkupInRecordsIsText(t *testing.T) {
	s := webtest.Serve(t, 100)
	const markup = `"><script>alert(1)</script><img src=x onerror=alert(2)>='+cmd`
	v := newVisitor(t, s, "owner")
	deal, account := v.anyDeal(), value.ID{}
	err := s.DB.Write(t.Context(), db.TxInfo{Actor: value.Actor{Name: markup}, Source: markup, Reason: markup}, func(tx *db.Tx) error {
		_, err := crm.DefineField(t.Context(), tx, crm.CustomField{Object: "deal", Field: crm.Field{Name: "tier", Kind: crm.Choice, Choices: []string{markup}, Label: crm.Label{En: markup, Ru: markup}}})
		if err != nil {
			return err
		}
		account = value.NewID()
		id, err := value.ParseID(strings.TrimPrefix(deal, "/deals/"))
		if err != nil {
			return err
		}
		for _, c := range []crm.Change{{ID: account, New: true}, {ID: id, Custom: map[string]any{"tier": markup}}} {
			object := crm.ObjectNamed("account")
			if !c.New {
				object = crm.ObjectNamed("deal")
			}
			c.Set = map[string]any{}
			for _, f := range object.Fields {
				if f.Kind == crm.Text && f.Name != "currency" {
					c.Set[f.Name] = markup
				}
			}
			if !c.New {
				c.Set["account"] = account
			}
			if _, err := crm.Apply(t.Context(), tx, object, []crm.Change{c}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := search.CatchUp(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	query := url.Values{"text": {markup}}.Encode()
	for _, path := range []string{deal, deal + "?edit=1", deal + "?history=all", "/accounts/" + account.String(), "/pipeline?text=cmd", "/pipeline/board?text=cmd", "/accounts?" + query,
		"/accounts?text=cmd&cols=description,website,industry", "/search?q=script", "/search?" + url.Values{"q": {markup}}.Encode(), "/pick/account?field=account&account=cmd"} {
		status, body := v.get(path)
		if status != http.StatusOK || strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
			t.Errorf("%s: status %d, markup of a record is markup of the page: %t", path, status, strings.Contains(body, "<script>alert"))
		}
	}
	_, body := v.get("/accounts?format=csv&text=cmd")
	if strings.Contains(body, "\n=") || strings.Contains(body, ",=") {
		t.Error("a cell of the export begins a formula")
	}
}

// TestExportsAreOneQuery compares the files of a list with the list, and looks for formulas and the note in the audit log.
func TestExportsAreOneQuery(t *testing.T) {
	s := webtest.Serve(t, 700)
	v := newVisitor(t, s, "owner")
	_, page := v.get("/pipeline?amount_from=1000")
	total := regexp.MustCompile(`([\d,]+) records`).FindStringSubmatch(page)
	if total == nil {
		t.Fatal("the list does not say how many records it has")
	}
	_, text := v.get("/pipeline?amount_from=1000&format=csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil || strconv.Itoa(len(rows)-1) != strings.ReplaceAll(total[1], ",", "") {
		t.Errorf("the export has %d rows, the list %s records (%v)", len(rows)-1, total[1], err)
	}
	if e := lastAudit(t, s); e.Action != "export" || !strings.Contains(string(e.Detail), "amount_from=1000") {
		t.Errorf("audited as %s %s", e.Action, e.Detail)
	}
	_, book := v.get("/pipeline?amount_from=1000&format=xlsx")
	sheet, err := excelize.OpenReader(strings.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	cells, err := sheet.GetRows("Sheet1")
	if err != nil || len(cells) != len(rows) {
		t.Errorf("the workbook has %d rows, the other export %d (%v)", len(cells), len(rows), err)
	}
	if status, _ := newVisitor(t, s, "rep").get("/pipeline?format=csv"); status != http.StatusForbidden {
		t.Errorf("a rep exports: status %d", status)
	}
}

// TestFiltersLeaveTheOthersOut tries every choice of every filter of the pipeline: what is shown by each adds up to what is
// shown without it.
func TestFiltersLeaveTheOthersOut(t *testing.T) {
	s := webtest.Serve(t, 200)
	v := newVisitor(t, s, "owner")
	_, body := v.get("/pipeline?status=all")
	total := listed(t, body)
	for _, filter := range []string{"owner", "stage", "forecast_category"} {
		choice := regexp.MustCompile(`(?s)<select id="filter-` + filter + `".*?</select>`).FindString(body)
		sum := 0
		for _, option := range regexp.MustCompile(`value="([^"]+)"`).FindAllStringSubmatch(choice, -1) {
			_, filtered := v.get("/pipeline?status=all&" + url.Values{filter: {option[1]}}.Encode())
			sum += listed(t, filtered)
		}
		if sum != total {
			t.Errorf("the choices of %s show %d deals together, want %d", filter, sum, total)
		}
	}
}

// listed is how many records a list says it has.
func listed(t *testing.T, body string) int {
	t.Helper()
	found := regexp.MustCompile(`([\d,]+) records?<`).FindStringSubmatch(body)
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRecordPagesOnPostgres asks the pages that read tables in statements of their own.
func TestRecordPagesOnPostgres(t *testing.T) {
	d := dbtest.Postgres(t)
	if _, err := demo.Load(t.Context(), d, demo.Options{Deals: 100, Now: value.DayOf(webtest.Now).Start(time.UTC)}, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	s := webtest.ServeDB(t, d)
	v := newVisitor(t, s, "owner")
	for _, path := range []string{"/pipeline", "/pipeline?status=all&text=a", "/pipeline?asof=2026-03-31", "/pipeline/board", "/accounts", "/activities?sort=-at", "/deals/new", v.anyDeal(), "/pipeline?format=csv"} {
		if status, body := v.get(path); status != http.StatusOK {
			t.Errorf("%s: status %d: %s", path, status, complaint(body))
		}
	}
	if status, _, _ := v.send("/views", url.Values{"page": {"/pipeline"}, "query": {"sort=-amount"}, "name": {"Largest"}, "shared": {"1"}}); status != http.StatusSeeOther {
		t.Errorf("saving a view: status %d", status)
	}
	_, body := v.get("/pipeline")
	if status, _, _ := v.send(regexp.MustCompile(`/views/[0-9a-f-]{36}/delete`).FindString(body), nil); status != http.StatusSeeOther {
		t.Errorf("deleting a view: status %d", status)
	}
}
