package mapping

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden is a proposal as its golden file has it: one line for each column, so that differences are easy to read.
type golden struct {
	Source    string        `json:"source"`
	Tables    []goldenTable `json:"tables"`
	Questions []Question    `json:"questions,omitempty"`
	Warnings  []string      `json:"warnings,omitempty"`
}

type goldenTable struct {
	Table   string            `json:"table"`
	Is      string            `json:"is"`
	Set     map[string]string `json:"set,omitempty"`
	Columns []string          `json:"columns,omitempty"`
}

func goldenOf(p Proposal) golden {
	g := golden{Source: p.Mapping.Source, Questions: p.Questions}
	for i, table := range p.Tables {
		out := goldenTable{Table: table.Name, Is: strings.TrimSpace(table.Vendor + " " + table.Object + " " + string(table.Shape) + ": " + table.Reason.String()), Set: p.Mapping.Tables[i].Set}
		for _, c := range table.Columns {
			if table.Object != "" {
				out.Columns = append(out.Columns, goldenColumn(c))
			}
		}
		g.Tables = append(g.Tables, out)
	}
	for _, w := range p.Warnings {
		g.Warnings = append(g.Warnings, strings.TrimSpace(w.Table+" "+w.Column)+": "+w.Reason.String())
	}
	return g
}

func goldenColumn(c ColumnDecision) string {
	line := c.Header + " → " + c.Target
	for _, word := range []string{string(c.Kind), c.Format} {
		if word != "" {
			line += " " + word
		}
	}
	if c.Create {
		line += " create"
	}
	if c.Target == "" {
		line += "(" + c.Reason.String() + ")"
	}
	if c.Suggested != "" {
		line += " perhaps " + c.Suggested
	}
	return line
}

// checkGolden compares a proposal with its golden file, or writes it with -update.
func checkGolden(t *testing.T, name string, p Proposal) {
	t.Helper()
	var got strings.Builder
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(goldenOf(p)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".golden.json")
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		if i >= len(gotLines) || i >= len(wantLines) || gotLines[i] != wantLines[i] {
			t.Fatalf("%s, line %d differs (run with -update and look at the difference):\ngot  %s\nwant %s",
				file, i+1, strings.Join(gotLines[min(i, len(gotLines)):min(i+1, len(gotLines))], ""), strings.Join(wantLines[min(i, len(wantLines)):min(i+1, len(wantLines))], ""))
		}
	}
}

// Each folder of testdata/samples holds files as one vendor exports them, with rows of our own.
func TestProposeSamples(t *testing.T) {
	folders, err := os.ReadDir(filepath.Join("testdata", "samples"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, folder := range folders {
		t.Run(folder.Name(), func(t *testing.T) {
			tables := describeAll(t, filepath.Join("testdata", "samples", folder.Name()))
			checkGolden(t, folder.Name(), propose(t, tables, Wish{}))
		})
	}
}

func propose(t *testing.T, tables []Described, wish Wish) Proposal {
	t.Helper()
	p, err := Propose(tables, wish)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
