package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/search"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// TestFindNamesOfCommonWords types names, all of whose words are on far more records than a lookup reads: as they are
// written, without their beginnings, with their last words begun, and in the other script.
func TestFindNamesOfCommonWords(t *testing.T) {
	search.ReadAtMost(t, 5)
	words := [][]string{{"Twin", "ТверьАвто", "Южный"}, {"Brook", "Групп", "Хлеб"}, {"Solar –", "– День", "Ёлка,"}, {"Mobile Access", "обучения", "Щит"}}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		pipeline, stage := value.NewID(), value.NewID()
		apply(t, d, "pipeline", crm.Change{ID: pipeline, New: true, Set: map[string]any{"name": "P"}})
		apply(t, d, "stage", crm.Change{ID: stage, New: true, Set: map[string]any{"name": "S", "pipeline": pipeline}})
		deals := map[value.ID][]string{}
		for i := range 81 {
			id := value.NewID()
			deals[id] = []string{words[0][i%3], words[1][i/3%3], words[2][i/9%3], words[3][i/27]}
			apply(t, d, "deal", crm.Change{ID: id, New: true, Set: map[string]any{"name": strings.Join(deals[id], " "), "stage": stage}})
		}
		catchUp(t, d)
		for id, name := range deals {
			last := []rune(name[3])
			for what, query := range map[string]string{
				"the whole name":    strings.Join(name, " "),
				"its beginning":     strings.Join(name[:3], " "),
				"its end":           strings.Join(name[1:], " "),
				"a word begun":      strings.Join(name[:3], " ") + " " + string(last[:2]),
				"its end, begun":    strings.Join(name[1:3], " ") + " " + string(last[:2]),
				"transliterated":    search.Latin(strings.ToLower(strings.Join(name, " "))),
				"words with a gap":  fmt.Sprint(name[0], " ", name[1], " ", name[3]),
				"words in disorder": fmt.Sprint(name[3], " ", name[2], " ", name[1], " ", name[0]),
			} {
				hits := find(t, d, identity.Scope{All: true}, query, 20)
				if slices.ContainsFunc(hits, func(h search.Hit) bool { return h.ID == id }) {
					continue
				}
				if what == "words with a gap" || what == "words in disorder" { // which nobody promises
					t.Logf("%s: %q does not find %q", what, query, strings.Join(name, " "))
					continue
				}
				t.Errorf("%s: %q does not find %q but %v", what, query, strings.Join(name, " "), hits)
			}
		}
	})
}
