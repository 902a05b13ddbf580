package webtest

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/demo"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web"
)

// Now is the present of served sample companies: a Wednesday, in the middle of a quarter.
var Now = time.Date(2026, time.May, 13, 12, 0, 0, 0, time.UTC)

// Password is that of every login made here.
const Password = "correct horse battery"

// Server is a running site.
type Server struct {
	URL        string
	DB         *db.DB
	Projection *projection.Projection
	Uploads    string // folder of uploaded files
	MaxUpload  int64  // bytes of one upload
}

// Serve serves a sample company of so many deals; 0 serves an empty database.
func Serve(t testing.TB, deals int) *Server {
	t.Helper()
	d := dbtest.SQLite(t)
	if deals > 0 {
		if _, err := demo.Load(t.Context(), d, demo.Options{Deals: deals, Now: value.DayOf(Now).Start(time.UTC)}, func(int, int) {}); err != nil {
			t.Fatal(err)
		}
	}
	return ServeDB(t, d)
}

// ServeDB serves what is in a database. Changes made meanwhile reach the numbers with Refresh.
func ServeDB(t testing.TB, d *db.DB) *Server {
	t.Helper()
	return serve(t, d, func() time.Time { return Now })
}

// ServeToday is Serve with the present of the clock: for pages on which one sees again what one has just changed.
func ServeToday(t testing.TB, deals int) *Server {
	t.Helper()
	d := dbtest.SQLite(t)
	if deals > 0 {
		if _, err := demo.Load(t.Context(), d, demo.Options{Deals: deals, Now: value.DayOf(time.Now()).Start(time.UTC)}, func(int, int) {}); err != nil {
			t.Fatal(err)
		}
	}
	return serve(t, d, time.Now)
}

func serve(t testing.TB, d *db.DB, now func() time.Time) *Server {
	t.Helper()
	s := ServeUnprepared(t, d, now)
	s.Refresh(t)
	return s
}

// ServeUnprepared serves what is in a database, whose analytical tables Refresh will make.
func ServeUnprepared(t testing.TB, d *db.DB, now func() time.Time) *Server {
	t.Helper()
	p, err := projection.Open(t.Context(), d, columnar.Config{Dir: t.TempDir(), Log: dbtest.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	s := &Server{DB: d, Projection: p, Uploads: t.TempDir(), MaxUpload: 4 << 20}
	stopping := make(chan struct{})
	handler := web.New(web.Config{DB: d, Projection: p, Log: dbtest.Log(t), Version: "test", Now: now, Stopping: stopping,
		Uploads: s.Uploads, MaxUpload: s.MaxUpload})
	server := httptest.NewServer(handler)
	t.Cleanup(func() { close(stopping); server.Close() })
	s.URL = server.URL
	return s
}

// Refresh brings the numbers up to date with the records.
func (s *Server) Refresh(t testing.TB) {
	t.Helper()
	if err := s.Projection.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Login makes a login with a role, unless there is one, and gives its address.
func (s *Server) Login(t testing.TB, role string) string {
	t.Helper()
	email := role + "@example.com"
	err := s.DB.Write(t.Context(), db.TxInfo{Actor: value.System("test")}, func(tx *db.Tx) error {
		logins, err := identity.ListLogins(t.Context(), tx)
		if err != nil {
			return err
		}
		for _, l := range logins {
			if l.Email == email {
				return nil
			}
		}
		_, err = identity.CreateLogin(t.Context(), tx, identity.LoginNew{Name: "Kim " + role, Email: email, Role: role, Password: Password})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return email
}

// Client gives a client that is signed in with a role, and does not follow redirects.
func (s *Server) Client(t testing.TB, role string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	form := url.Values{"email": {s.Login(t, role)}, "password": {Password}}
	response, err := client.Post(s.URL+"/sign-in", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign-in as %s: status %d", role, response.StatusCode)
	}
	return client
}
