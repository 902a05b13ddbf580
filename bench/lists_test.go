package bench

import (
	"testing"
	"time"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/demo"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// BenchmarkLists pages through all deals, and through those of a person and of teams, on both engines.
func BenchmarkLists(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchLists(b, "SQLite", generated(b, db.Config{Dir: storeDir()})) })
	b.Run("PostgreSQL", func(b *testing.B) {
		cluster := dbtest.NewCluster(b, "shared_buffers=1GB", "synchronous_commit=off", "max_wal_size=8GB")
		benchLists(b, "PostgreSQL", generated(b, db.Config{URL: cluster.URL("postgres")}))
	})
}

func benchLists(b *testing.B, engine string, d *db.DB) {
	everyone := identity.Scope{All: true}
	person, team := someOwner(b, d)
	for _, c := range []struct {
		what  string
		scope identity.Scope
		query crm.ListQuery
	}{
		{"by name", everyone, crm.ListQuery{}},
		{"by amount, falling", everyone, crm.ListQuery{Sort: "amount", Descending: true}},
		{"by close day", everyone, crm.ListQuery{Sort: "close"}},
		{"last changed first", everyone, crm.ListQuery{Sort: crm.SortChanged, Descending: true}},
		{"of a kind, by close day", everyone, crm.ListQuery{Sort: "close", Where: []crm.Filter{{Field: "kind", Op: crm.OpFilled}}}},
		{"of one person, by name", identity.Scope{Person: person}, crm.ListQuery{}},
		{"of teams, by amount", identity.Scope{Person: person, Teams: team}, crm.ListQuery{Sort: "amount"}},
	} {
		c.query.Object = crm.ObjectNamed("deal")
		first, last := benchList(b, d, c.scope, c.query)
		figure("list "+c.what+", "+engine, "≤ 100 ms a page", "first page %.1f ms, last %.1f ms, the one before %.1f ms", ms(first[0]), ms(last[0]), ms(last[1]))
	}
}

func benchList(b *testing.B, d *db.DB, scope identity.Scope, q crm.ListQuery) (first, last []time.Duration) {
	page := func(q crm.ListQuery) (page crm.Page, took time.Duration) {
		took = median(b, *repeat, func() error {
			return d.Read(b.Context(), func(tx *db.Tx) (err error) {
				page, err = crm.ListRecords(b.Context(), tx, scope, q)
				return err
			})
		})
		return page, took
	}
	_, took := page(q)
	first = append(first, took)
	q.Last = true
	p, took := page(q)
	last = append(last, took)
	q.Last, q.Cursor = false, p.Previous
	_, took = page(q)
	return first, append(last, took)
}

// someOwner gives a person, and half of the teams.
func someOwner(b *testing.B, d *db.DB) (person value.ID, teams []value.ID) {
	err := d.Read(b.Context(), func(tx *db.Tx) error {
		if err := tx.QueryRow(b.Context(), `SELECT owner_id FROM crm_deals WHERE owner_id IS NOT NULL LIMIT 1`).Scan(&person); err != nil {
			return err
		}
		rows, err := tx.Query(b.Context(), `SELECT id FROM identity_teams ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id value.ID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			teams = append(teams, id)
		}
		return rows.Err()
	})
	if err != nil {
		b.Fatal(err)
	}
	return person, teams[:(len(teams)+1)/2]
}

// BenchmarkBoard shows the board of a company with about 5,000 open deals in one pipeline.
func BenchmarkBoard(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchBoard(b, "SQLite", db.Config{Dir: b.TempDir()}) })
	b.Run("PostgreSQL", func(b *testing.B) {
		benchBoard(b, "PostgreSQL", db.Config{URL: dbtest.NewCluster(b).URL("postgres")})
	})
}

const boardDeals = 170_000 // of which about 5,000 are open in the first pipeline

func benchBoard(b *testing.B, engine string, cfg db.Config) {
	d := dbtest.Open(b, cfg)
	if _, err := d.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	if _, err := demo.Load(b.Context(), d, demo.Options{Deals: boardDeals, Light: true, Now: storyEnd}, nil); err != nil {
		b.Fatal(err)
	}
	deals := 0
	took := median(b, *repeat, func() error {
		return d.Read(b.Context(), func(tx *db.Tx) error {
			stages, err := crm.ListStages(b.Context(), tx)
			if err != nil {
				return err
			}
			board, err := crm.BoardDeals(b.Context(), tx, identity.Scope{All: true}, crm.BoardQuery{Pipeline: stages[0].Pipeline})
			deals = 0
			for _, s := range board.Stages {
				deals += s.Count
			}
			return err
		})
	})
	figure("board, "+engine, "≤ 100 ms, 5,000 deals", "%.1f ms with %d open deals", ms(took), deals)
}
