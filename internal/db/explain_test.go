package db_test

import (
	"bytes"
	"database/sql"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// expectFault checks an error's kind, and that its text says what the user needs.
func expectFault(t *testing.T, err error, kind fault.Kind, words ...string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("got %v (%s), want kind %s", err, fault.KindOf(err), kind)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not mention %q", err, w)
		}
	}
}

func TestOpenRefusesWhatIsNotOurs(t *testing.T) {
	textFile := t.TempDir()
	if err := os.WriteFile(filepath.Join(textFile, "zveno.db"), bytes.Repeat([]byte("a text file\n"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := t.TempDir()
	if _, err := openForeign(t, filepath.Join(foreign, "zveno.db")).Exec(`CREATE TABLE bookmarks (id INTEGER)`); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		cfg   db.Config
		kind  fault.Kind
		words string
	}{
		"text file":        {db.Config{Dir: textFile}, fault.Invalid, "zveno.db is not a Zveno database"},
		"other program's":  {db.Config{Dir: foreign}, fault.Invalid, "zveno.db is not a Zveno database"},
		"folder is a file": {db.Config{Dir: filepath.Join(textFile, "zveno.db")}, fault.Unavailable, "zveno.db cannot be used"},
		"other engine":     {db.Config{URL: "mysql://localhost/zveno"}, fault.Invalid, "postgres://"},
		"bad address":      {db.Config{URL: "postgres://local host:x/zveno"}, fault.Invalid, "expected postgres://"},
		"nobody answers":   {db.Config{URL: "postgres://zveno@127.0.0.1:1/zveno"}, fault.Unavailable, "127.0.0.1:1 does not answer"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := db.Open(t.Context(), c.cfg)
			expectFault(t, err, c.kind, c.words)
		})
	}
}

func TestFolderThatMayNotBeWritten(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("this user may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := db.Open(t.Context(), db.Config{Dir: dir})
	expectFault(t, err, fault.Invalid, dir+" is not writable")
}

func TestFilesAreTheOwnersOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	d := dbtest.Open(t, db.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if _, err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "zveno.db": 0o600, "zveno.db-wal": 0o600, "zveno.db-shm": 0o600, "zveno.db-lock": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if info.Mode().Perm() != want {
			t.Errorf("%q has mode %v, want %v", name, info.Mode().Perm(), want)
		}
	}
}

func TestPostgresRefusals(t *testing.T) {
	cfg := dbtest.PostgresConfig(t)
	admin, err := sql.Open("pgx", cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	for _, statement := range []string{
		`CREATE DATABASE narrow ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`,
		`CREATE ROLE guest LOGIN`, `CREATE ROLE barred LOGIN CONNECTION LIMIT 0`,
	} {
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	address := func(user, database string) db.Config {
		u, err := url.Parse(cfg.URL)
		if err != nil {
			t.Fatal(err)
		}
		if u.User = url.User(user); database != "" {
			u.Path = "/" + database
		}
		return db.Config{URL: u.String(), Log: dbtest.Log(t)}
	}
	_, err = db.Open(t.Context(), address("zveno", "missing"))
	expectFault(t, err, fault.Invalid, "missing", "CREATE DATABASE")
	_, err = db.Open(t.Context(), address("zveno", "narrow"))
	expectFault(t, err, fault.Invalid, "SQL_ASCII", "UTF8")
	_, err = db.Open(t.Context(), address("nobody_we_know", ""))
	expectFault(t, err, fault.Forbidden, "refused the user")
	_, err = db.Open(t.Context(), address("barred", ""))
	expectFault(t, err, fault.Unavailable, "too many connections")
	_, err = db.Open(t.Context(), address("guest", ""))
	expectFault(t, err, fault.Forbidden, "make it the owner")
}

func TestWarningAboutCollation(t *testing.T) {
	cfg := dbtest.PostgresConfig(t)
	admin, err := sql.Open("pgx", cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.ExecContext(t.Context(), `CREATE DATABASE sorted ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0`); err != nil {
		t.Skip("this machine has only the C locale: ", err)
	}
	var log bytes.Buffer
	u, err := url.Parse(cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/sorted"
	dbtest.Open(t, db.Config{URL: u.String(), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if !strings.Contains(log.String(), "collation is not C") {
		t.Errorf("no warning, but %q", log.String())
	}
}

func TestAnotherProgramHoldsTheFile(t *testing.T) {
	cfg := dbtest.SQLiteConfig(t)
	d := dbtest.Open(t, cfg)
	write(t, d, func(tx *db.Tx) error { // not a minute, in this test
		_, err := tx.Exec(t.Context(), `PRAGMA busy_timeout = 50`)
		return err
	})
	other, err := openForeign(t, filepath.Join(cfg.Dir, "zveno.db")).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), db.TxInfo{}, func(*db.Tx) error { return nil })
	expectFault(t, err, fault.Unavailable, "another program holds the database", "zveno.db")
}

func TestFullDisk(t *testing.T) {
	d := dbtest.SQLite(t)
	createThing(t, d)
	grow := func(tx *db.Tx) error {
		if _, err := tx.Exec(t.Context(), `PRAGMA max_page_count = 1`); err != nil { // becomes the present size
			return err
		}
		for range 100 {
			if err := insertThing(t.Context(), tx, value.NewID(), strings.Repeat("x", 10000)); err != nil {
				return err
			}
		}
		return nil
	}
	expectFault(t, d.Write(t.Context(), db.TxInfo{}, grow), fault.Unavailable, "disk full", "zveno.db")
	if n := count(t, d, `SELECT count(*) FROM thing`); n != 0 {
		t.Errorf("%d rows were left behind", n)
	}
	write(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `PRAGMA max_page_count = 1000000`)
		return err
	})
	write(t, d, func(tx *db.Tx) error { return insertThing(t.Context(), tx, value.NewID(), "room again") })
}
