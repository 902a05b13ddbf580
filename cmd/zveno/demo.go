package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/demo"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

type demoCommand struct {
	Deals   int    `help:"Number of deals (default ${default})." default:"12000" placeholder:"N"`
	Seed    uint64 `help:"Another seed gives another company (default ${default})." default:"1" placeholder:"S"`
	Facts   bool   `help:"List what is planted in the company (as JSON), so that one can see whether it is found, and stop."`
	NoServe bool   `help:"Make the company, but do not serve it."`
	Addr    string `help:"Address to listen on (default ${default})." default:"127.0.0.1:8080" env:"ZVENO_ADDR" placeholder:"HOST:PORT"`
}

// demoNote remembers in the data folder how its sample company was made, and who signs in.
type demoNote struct {
	Options  demo.Options `json:"options"`
	Email    string       `json:"email"` // of the owner, who may do everything
	Password string       `json:"password"`
	Others   []demoLogin  `json:"others"` // with the same password
}

// demoLogin is somebody of the sample company who signs in with a role that fits the title.
type demoLogin struct {
	Email string `json:"email"`
	Title string `json:"title"`
	Role  string `json:"role"`
}

const demoNoteName = "demo.json"

func (dc *demoCommand) Run(ctx context.Context, c *common, s *streams) error {
	o := demo.Options{Deals: dc.Deals, Seed: dc.Seed}
	if err := o.Check(); err != nil {
		return err
	}
	path := filepath.Join(c.Data, demoNoteName)
	note, made, err := readDemoNote(path)
	if err != nil {
		return err
	}
	if dc.Facts {
		if made {
			o = note.Options
		}
		encoder := json.NewEncoder(s.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(demo.Facts(o))
	}
	d, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer d.Close()
	if made && (note.Options.Deals != o.Deals || note.Options.Seed != o.Seed) {
		fmt.Fprintf(s.err, "The folder has a sample company of %d deals (seed %d) already, which is used; choose another --data folder for another company.\n", note.Options.Deals, note.Options.Seed)
	}
	if !made {
		if note, err = makeDemo(ctx, d, o, path, s); err != nil {
			return err
		}
	}
	if dc.NoServe {
		return nil
	}
	return c.serve(ctx, s, d, dc.Addr, func(base string) {
		fmt.Fprintln(s.out, "Zveno is at", base)
		fmt.Fprintf(s.out, "First login: %s, password %s\n", note.Email, note.Password)
		for _, other := range note.Others {
			fmt.Fprintf(s.out, "  with the same password: %s (%s)\n", other.Email, other.Title)
		}
	})
}

// makeDemo fills an empty database with a sample company, and makes a login for it.
func makeDemo(ctx context.Context, d *db.DB, o demo.Options, path string, s *streams) (demoNote, error) {
	o.Now = value.DayOf(value.InstantOf(now()).Time()).Start(utc)
	bar := newBar(s.err, "Making a sample company")
	_, err := demo.Load(ctx, d, o, func(done, total int) { bar.show(int64(done), int64(total), "deals") })
	bar.done()
	if err != nil {
		return demoNote{}, err
	}
	note := demoNote{Options: o, Email: "admin@example.com", Password: identity.NewPassword()}
	err = d.Write(ctx, db.TxInfo{Actor: value.System("demo"), Source: "demo"}, func(tx *db.Tx) error {
		_, err := identity.CreateLogin(ctx, tx, identity.LoginNew{Name: "Owner", Email: note.Email, Role: "owner", Password: note.Password})
		if err != nil {
			return err
		}
		note.Others, err = createDemoLogins(ctx, tx, note.Password)
		return err
	})
	if err != nil {
		return note, err
	}
	text, err := json.MarshalIndent(note, "", "  ")
	if err != nil {
		return note, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return note, fmt.Errorf("remember the sample company: %w", err)
	}
	return note, os.WriteFile(path, text, 0o600)
}

// createDemoLogins lets one holder of each of some titles sign in, so that one can see what different roles see.
func createDemoLogins(ctx context.Context, tx *db.Tx, password string) ([]demoLogin, error) {
	logins := []demoLogin{{Title: "Sales Operations Manager", Role: "operations"}, {Title: "Sales Manager", Role: "manager"}, {Title: "Account Executive", Role: "rep"}}
	for i := range logins {
		var name string
		err := tx.QueryRow(ctx, `SELECT name, email FROM identity_people WHERE title = $1 AND active AND NOT deleted ORDER BY email LIMIT 1`,
			logins[i].Title).Scan(&name, &logins[i].Email)
		if err != nil {
			return nil, fmt.Errorf("find a %s in the sample company: %w", logins[i].Title, err)
		}
		if _, err := identity.CreateLogin(ctx, tx, identity.LoginNew{Name: name, Email: logins[i].Email, Role: logins[i].Role, Password: password}); err != nil {
			return nil, err
		}
	}
	return logins, nil
}

func readDemoNote(path string) (note demoNote, found bool, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return note, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &note)
	}
	if err != nil {
		return note, false, fault.New(fault.Invalid, "file %s is damaged: remove the folder to begin with a new sample company: %w", path, err)
	}
	return note, true, nil
}
