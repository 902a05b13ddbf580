package web_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/webtest"
)

// get asks for a page and gives its status, header and text.
func get(t *testing.T, client *http.Client, address string) (int, http.Header, string) {
	t.Helper()
	response, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, response)
}

func post(t *testing.T, client *http.Client, address string, header http.Header, form ...string) (int, http.Header, string) {
	t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		request.Header[name] = value
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, response)
}

func read(t *testing.T, response *http.Response) (int, http.Header, string) {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(body)
}

// stranger is a client that is not signed in and does not follow redirects.
func stranger() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func TestStrangersAreSentToTheSignIn(t *testing.T) {
	s := webtest.Serve(t, 0)
	for _, path := range []string{"/waterfall?from=2026-01-01", "/metrics/won", "/events", "/nowhere"} {
		status, header, _ := get(t, stranger(), s.URL+path)
		if want := "/sign-in?back=" + url.QueryEscape(path); status != http.StatusSeeOther || header.Get("Location") != want {
			t.Errorf("%s: %d %s, want a redirect to %s", path, status, header.Get("Location"), want)
		}
	}
}

func TestSignInKeepsTheSecretFromScriptsAndChangesIt(t *testing.T) {
	s := webtest.Serve(t, 0)
	email := s.Login(t, "owner")
	planted := http.Header{"Cookie": {"zveno_session=planted"}}
	status, header, _ := post(t, stranger(), s.URL+"/sign-in", planted, "email", email, "password", webtest.Password, "back", "/waterfall")
	cookie := header.Get("Set-Cookie")
	if status != http.StatusSeeOther || header.Get("Location") != "/waterfall" {
		t.Fatalf("sign-in: %d %s", status, header.Get("Location"))
	}
	for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie %q lacks %s", cookie, want)
		}
	}
	if strings.Contains(cookie, "planted") {
		t.Error("the session has the secret that the browser brought along")
	}
	status, _, body := post(t, stranger(), s.URL+"/sign-in", nil, "email", email, "password", "wrong")
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="form-errors"`) || strings.Contains(body, `value="wrong"`) {
		t.Errorf("a wrong password: %d %.300s", status, body)
	}
	status, header, _ = post(t, stranger(), s.URL+"/sign-in", http.Header{"X-Forwarded-Proto": {"https"}}, "email", email, "password", webtest.Password)
	if status != http.StatusSeeOther || !strings.Contains(header.Get("Set-Cookie"), "Secure") {
		t.Errorf("behind TLS the cookie is %q", header.Get("Set-Cookie"))
	}
}

func TestSignOutEndsTheSession(t *testing.T) {
	s := webtest.Serve(t, 0)
	client := s.Client(t, "owner")
	base, _ := url.Parse(s.URL)
	kept := client.Jar.Cookies(base)
	if status, _, _ := post(t, client, s.URL+"/sign-out", nil); status != http.StatusSeeOther {
		t.Fatalf("sign-out: %d", status)
	}
	client.Jar.SetCookies(base, kept) // as somebody would who copied the cookie
	if status, header, _ := get(t, client, s.URL+"/metrics/"); status != http.StatusSeeOther || !strings.HasPrefix(header.Get("Location"), "/sign-in") {
		t.Errorf("after the sign-out the cookie still opens a page: %d", status)
	}
}

func TestRedirectsStayOnTheSite(t *testing.T) {
	s := webtest.Serve(t, 0)
	email := s.Login(t, "owner")
	for _, back := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "/%0d%0aSet-Cookie:x", "\t//evil.example"} {
		_, header, _ := post(t, stranger(), s.URL+"/sign-in", nil, "email", email, "password", webtest.Password, "back", back)
		if to := header.Get("Location"); strings.Contains(to, "evil") && !strings.HasPrefix(to, "/%") || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
			t.Errorf("sign-in with back=%q leads to %q", back, to)
		}
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	s := webtest.Serve(t, 0)
	client := s.Client(t, "owner")
	for _, header := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://evil.example"}}} {
		if status, _, _ := post(t, client, s.URL+"/preferences", header, "theme", "dark"); status != http.StatusForbidden {
			t.Errorf("a form of another site (%v) is answered with %d", header, status)
		}
	}
	if status, _, _ := post(t, client, s.URL+"/preferences", http.Header{"Sec-Fetch-Site": {"same-origin"}}, "theme", "dark"); status != http.StatusSeeOther {
		t.Errorf("our own form is answered with %d", status)
	}
}

func TestEveryAnswerHasSecurityHeaders(t *testing.T) {
	s := webtest.Serve(t, 0)
	client := s.Client(t, "owner")
	for _, path := range []string{"/", "/sign-in", "/nowhere", "/metrics/none", "/assets/none.js"} {
		_, header, body := get(t, client, s.URL+path)
		policy := header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: browsers may guess its type", path)
		}
		for _, inline := range []string{" style=", " onclick=", " onload=", "<script>", "javascript:"} {
			if strings.Contains(body, inline) {
				t.Errorf("%s holds %q", path, inline)
			}
		}
	}
}

func TestSetUpSignsTheFirstOneIn(t *testing.T) {
	s := webtest.Serve(t, 0)
	var token string
	err := s.DB.Write(t.Context(), db.TxInfo{Actor: value.System("test")}, func(tx *db.Tx) (err error) {
		token, err = identity.CreateSetupToken(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	client := stranger()
	if status, _, body := get(t, client, s.URL+"/setup?token="+token); status != http.StatusOK || !strings.Contains(body, token) {
		t.Fatalf("the form: %d", status)
	}
	status, _, body := post(t, client, s.URL+"/setup", nil, "token", token, "name", "Ann", "email", "ann@example.com", "password", "short")
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, `aria-invalid="true"`) {
		t.Errorf("a short password: %d", status)
	}
	status, header, _ := post(t, client, s.URL+"/setup", nil, "token", token, "name", "Ann", "email", "ann@example.com", "password", webtest.Password)
	if status != http.StatusSeeOther || !strings.Contains(strings.Join(header.Values("Set-Cookie"), " "), "zveno_session=") {
		t.Errorf("set-up: %d", status)
	}
	if status, _, _ := post(t, client, s.URL+"/setup", nil, "token", token, "name", "Eve", "email", "eve@example.com", "password", webtest.Password); status == http.StatusSeeOther {
		t.Error("the link worked twice")
	}
}

func TestLanguageFollowsCookieThenPersonThenBrowser(t *testing.T) {
	s := webtest.Serve(t, 0)
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/sign-in", nil)
	request.Header.Set("Accept-Language", "ru-RU,ru;q=0.9")
	response, err := stranger().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, body := read(t, response); !strings.Contains(body, `lang="ru"`) {
		t.Error("the browser's language is not spoken")
	}
	client := s.Client(t, "owner")
	post(t, client, s.URL+"/preferences", nil, "lang", "ru")
	if _, _, body := get(t, s.Client(t, "owner"), s.URL+"/metrics/"); !strings.Contains(body, `lang="ru"`) {
		t.Error("another browser of the person does not speak the language that was chosen")
	}
}

func TestNobodySeesNumbersWithoutTheCapability(t *testing.T) {
	s := webtest.ServeDB(t, dbtest.SQLite(t))
	err := s.DB.Write(t.Context(), db.TxInfo{Actor: value.System("test")}, func(tx *db.Tx) error {
		return identity.SaveRole(t.Context(), tx, identity.Role{Name: "keys", Label: identity.Label{En: "Keys", Ru: "Ключи"}, Reach: identity.ReachAll, Capabilities: []identity.Capability{identity.TokensOwn}})
	})
	if err != nil {
		t.Fatal(err)
	}
	client := s.Client(t, "keys")
	for path, want := range map[string]int{"/": 200, "/metrics/": 403, "/waterfall": 403, "/metrics/won/deals?format=csv": 403, "/nowhere": 404} {
		if status, _, _ := get(t, client, s.URL+path); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}
