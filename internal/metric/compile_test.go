package metric

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// DuckDB and PostgreSQL refuse a statement with a parameter that it does not mention.
func TestEveryParameterIsInTheStatement(t *testing.T) {
	source := testSource()
	source.At = "f.valid_from"
	c := &Catalog{Sources: map[string]Source{"facts": source}}
	count := Definition{ID: "facts", Version: 1, Kind: KindCount, Source: "facts", Filter: `amount > 3`}
	for _, hierarchy := range []Hierarchy{HierarchyThen, HierarchyCurrent} {
		for _, by := range [][]string{{}, {"region"}} {
			q := Query{Now: 9, AsOf: 5, Hierarchy: hierarchy, By: by, Scope: Scope{All: true}, Currency: "USD"}
			s, err := c.compile(count, q)
			if err != nil {
				t.Fatal(err)
			}
			for i := range s.Args {
				if !strings.Contains(s.SQL, fmt.Sprintf("$%d", i+1)) {
					t.Errorf("hierarchy %s by %v: parameter %d of %v is not in %s", hierarchy, by, i+1, s.Args, s.SQL)
				}
			}
		}
	}
}

func TestMovesAreInTheOrderOfLines(t *testing.T) {
	var lines []string
	for _, m := range moves {
		lines = append(lines, m.line)
	}
	if !slices.Equal(lines, Lines) {
		t.Errorf("%v, expected %v", lines, Lines)
	}
}
