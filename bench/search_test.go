package bench

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/crm/search"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
)

// BenchmarkSearch searches all accounts and deals for words of their names, in both scripts, on both engines.
func BenchmarkSearch(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchSearch(b, "SQLite", generated(b, db.Config{Dir: storeDir()})) })
	b.Run("PostgreSQL", func(b *testing.B) {
		cluster := dbtest.NewCluster(b, "shared_buffers=1GB", "synchronous_commit=off", "max_wal_size=8GB")
		benchSearch(b, "PostgreSQL", generated(b, db.Config{URL: cluster.URL("postgres")}))
	})
}

func benchSearch(b *testing.B, engine string, d *db.DB) {
	ctx := b.Context()
	began := time.Now()
	if err := search.CatchUp(ctx, d); err != nil {
		b.Fatal(err)
	}
	if took := time.Since(began); took > time.Second {
		figure("index of search made, "+engine, "", "%.0f s", took.Seconds())
	}
	names := someNames(b, d)
	person, teams := someOwner(b, d)
	for _, kind := range []string{"whole word", "first three letters", "first letter", "two words", "a name and a letter", "the other script", "no such word"} {
		for who, scope := range map[string]identity.Scope{"everyone": {All: true}, "one person": {Person: person}, "some teams": {Person: person, Teams: teams}} {
			var times []time.Duration
			hits := 0
			for i := range 60 {
				query := searchText(kind, names[i*7%len(names)], names[i%len(names)])
				began := time.Now()
				err := d.Read(ctx, func(tx *db.Tx) error {
					found, err := search.Find(ctx, tx, scope, query, 20)
					hits += len(found)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				times = append(times, time.Since(began))
			}
			figure("search: "+kind+", "+who+", "+engine, "p95 ≤ 100 ms", "p50 %.1f ms, p95 %.1f ms, worst %.1f ms, %.1f found",
				ms(percentile(times, 0.5)), ms(percentile(times, 0.95)), ms(percentile(times, 1)), float64(hits)/60)
		}
	}
}

// searchText is what somebody types who looks for a name.
func searchText(kind, name, other string) string {
	words := strings.Fields(name)
	word := []rune(words[len(other)%len(words)])
	switch kind {
	case "first three letters":
		return string(word[:min(3, len(word))])
	case "first letter":
		return string(word[:1])
	case "two words":
		return words[0] + " " + words[len(words)-1]
	case "a name and a letter":
		return words[0] + " " + string([]rune(words[len(words)-1])[:1])
	case "the other script":
		return toLatin.Replace(strings.ToLower(name))
	case "no such word":
		return string(word) + "qqq"
	}
	return string(word)
}

// toLatin is a rough transliteration.
var toLatin = strings.NewReplacer("а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "yo", "ж", "zh", "з", "z", "и", "i", "й", "j", "к", "k",
	"л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "h", "ц", "ts", "ч", "ch", "ш", "sh",
	"щ", "sch", "ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "ju", "я", "ja")

// someNames gives names of deals.
func someNames(b *testing.B, d *db.DB) (names []string) {
	r := rand.New(rand.NewPCG(1, 2))
	err := d.Read(b.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(b.Context(), `SELECT name FROM crm_deals ORDER BY id LIMIT 20000`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			names = append(names, name)
		}
		return rows.Err()
	})
	if err != nil {
		b.Fatal(err)
	}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return slices.Clip(names[:min(len(names), 500)])
}
