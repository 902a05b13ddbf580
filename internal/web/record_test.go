package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/crm/search"
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
	at := strings.Index(body, `action="`+action+`"`)
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
