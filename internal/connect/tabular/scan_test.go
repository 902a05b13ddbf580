package tabular

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// lines writes what reading gives as lines "line: cell|cell" and "line,column: code".
func lines(t testing.TB, table *Table) []string {
	t.Helper()
	var out []string
	for row, err := range table.Rows(context.Background()) {
		if rowError, ok := err.(*RowError); ok {
			out = append(out, fmt.Sprintf("%d,%d: %s", rowError.Line, rowError.Column, rowError.Code))
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%d: %s", row.Line, strings.Join(row.Cells, "|")))
	}
	return out
}

func TestRows(t *testing.T) {
	cases := []struct {
		name, text string
		want       []string
	}{
		{"plain", "id,name\n1,a\n2,b\n", []string{"2: 1|a", "3: 2|b"}},
		{"no line end", "id,name\n1,a\n2,b", []string{"2: 1|a", "3: 2|b"}},
		{"CRLF", "id,name\r\n1,a\r\n\r\n2,b\r\n", []string{"2: 1|a", "4: 2|b"}},
		{"CR", "id,name\r1,a\r2,\"b\rc\"\r3,d", []string{"2: 1|a", "3: 2|b\rc", "5: 3|d"}},
		{"CR with line feeds in cells", "id,name\r1,\"a\nb\"\r2,c\r3,d\r", []string{"2: 1|a\nb", "3: 2|c", "4: 3|d"}},
		{"quoted line break", "id,name\n1,\"a\nb\"\n2,c\n", []string{"2: 1|a\nb", "4: 2|c"}},
		{"quoted line break as CRLF", "id,name\r\n1,\"a\r\nb\"\r\n2,c\r\n", []string{"2: 1|a\r\nb", "4: 2|c"}},
		{"doubled quotes", "id,name\n1,\"a \"\"b\"\"\"\n", []string{`2: 1|a "b"`}},
		{"empty quoted", "id,name\n1,\"\"\n\"\",\"\"\n2,x\n", []string{"2: 1|", "4: 2|x"}},
		{"blanks around quotes", "id,name,n\n1, \"a, b\" ,2\n", []string{"2: 1|a, b|2"}},
		{"quote inside of a plain cell", "id,name\n1,12\" disk\n2,b\n", []string{`2: 1|12" disk`, "3: 2|b"}},
		{"stray quotes in a quoted cell", "id,name\n1,\"the \"big\" deal\"\n2,b\n", []string{`2: 1|the "big" deal`, "3: 2|b"}},
		{"stray quotes and cells missing", "id,name,n\n1,\"a, \"b, 2\"\n3,c,4\n", []string{"2,0: broken_quotes", "3: 3|c|4"}},
		{"backslash", "id,name\n1,\"a \\\"b\\\" c\"\n2,\"x\\\\\"\n3,\"\\\",\"\n", []string{`2: 1|a "b" c`, `3: 2|x\`, `4: 3|",`}},
		{"backslash in a path", "id,name\n1,\"C:\\dir\\\"\n2,b\n", []string{`2: 1|C:\dir\`, "3: 2|b"}},
		{"short row", "id,name,n\n1,a\n2,b,c\n", []string{"2: 1|a|", "3: 2|b|c"}},
		{"long row", "id,name\n1,a,b\n2,c\n", []string{"2,3: too_many_cells", "3: 2|c"}},
		{"long row with blank cells", "id,name\n1,a,,\n2,c\n", []string{"2: 1|a", "3: 2|c"}},
		{"blank rows", "id,name\n1,a\n,\n \n\n2,b\n", []string{"2: 1|a", "6: 2|b"}},
		{"sep line", "sep=;\nid;name\n1;a,b\n", []string{"3: 1|a,b"}},
		{"comments", "# made by a program\nid,name\n1,a\n# end of part\n2,b\n", []string{"3: 1|a", "5: 2|b"}},
		{"number sign in data", "id,name\n#1,a\n#2,b\n", []string{"2: #1|a", "3: #2|b"}},
		{"zero bytes", "id,name\n1,a\x00b\n2,c\n", []string{"2: 1|ab", "3: 2|c"}},
		{"unclosed on the last line", "id,name\n1,a\n2,\"b\n", []string{"2: 1|a", "3,2: unclosed_quote"}},
		{"unclosed, nothing quoted behind", "id,name\n1,\"a\n2,b\n3,c\n", []string{"2,2: unclosed_quote", "3: 2|b", "4: 3|c"}},
		{"unclosed, quoted cells behind", "id,name,n\n1,\"a,x\n2,\"b\",y\n3,\"c\",z\n", []string{"2,2: unclosed_quote", "3: 2|b|y", "4: 3|c|z"}},
		{"unclosed, line break in a cell behind", "id,name,n\n1,\"a,x\n2,\"b\nc\",y\n3,d,z\n", []string{"2,2: unclosed_quote", "3: 2|b\nc|y", "5: 3|d|z"}},
		{"unclosed, empty quoted cell behind", "id,name,n\n1,\"a,x\n2,\"\",y\n3,\"c\",z\n", []string{"2,2: unclosed_quote", "3: 2||y", "4: 3|c|z"}},
		{"closed two lines further down", "id,name,n\n1,\"a,x\n2,b,y\n3,c\"\n4,d,w\n", []string{"2,2: unclosed_quote", "3: 2|b|y", `4: 3|c"|`, "5: 4|d|w"}},
		{"quotes alone on a line of a cell", "id,name\n1,\"a\n\"\"\nb\"\n2,c\n", []string{"2: 1|a\n\"\nb", "5: 2|c"}},
		{"two unclosed in a row", "id,name,n\n1,\"a,x\n2,\"b,y\n3,c,z\n", []string{"2,2: unclosed_quote", "3,2: unclosed_quote", "4: 3|c|z"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := lines(t, openOne(t, write(t, "t.csv", c.text))); !slices.Equal(got, c.want) {
				t.Errorf("read\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestRepairsAreMarked(t *testing.T) {
	table := openOne(t, write(t, "t.csv", "id,name,n\n1,a,b\n2,c\n3,\"x \"y\" z\",1\n4,\"o\x00\",1\n5,caf\xe9,1\n"+strings.Repeat("6,é,1\n", 10)))
	rows, _ := readAll(t, table)
	want := []Repair{0, Padded, StrayQuote, NulRemoved, Redecoded, 0}
	for i, repairs := range want {
		if rows[i].Repairs != repairs {
			t.Errorf("row %d has repairs %b, want %b", i+1, rows[i].Repairs, repairs)
		}
	}
	if rows[4].Cells[1] != "café" {
		t.Errorf("a byte that is not UTF-8 was read as %q, want café", rows[4].Cells[1])
	}
	profile, err := Profile(context.Background(), table)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(profile.Repaired); got != "[{1 1 3} {2 1 4} {8 1 5} {4 1 6}]" {
		t.Errorf("repairs %s", got)
	}
}

func TestRowsFromGoesOnWhereItStopped(t *testing.T) {
	table := openOne(t, write(t, "t.csv", "id,name\n1,a\n2,b,c\n3,\"d\n4,e\n5,f\n"))
	all := lines(t, table)
	for skip := range len(all) + 2 {
		var rest []string
		for row, err := range table.RowsFrom(context.Background(), int64(skip)) {
			if rowError, ok := err.(*RowError); ok {
				rest = append(rest, fmt.Sprintf("%d,%d: %s", rowError.Line, rowError.Column, rowError.Code))
				continue
			}
			rest = append(rest, fmt.Sprintf("%d: %s", row.Line, strings.Join(row.Cells, "|")))
		}
		if want := all[min(skip, len(all)):]; !slices.Equal(rest, want) {
			t.Errorf("from %d: %q, want %q", skip, rest, want)
		}
	}
}

func TestRowsStopWithTheContext(t *testing.T) {
	table := openOne(t, write(t, "t.csv", "id,name\n"+strings.Repeat("1,a\n", 100_000)))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	read := 0
	for _, err := range table.Rows(ctx) {
		if err != nil {
			if err != context.Canceled {
				t.Errorf("error %v, want canceled", err)
			}
			break
		}
		if read++; read == 10 {
			cancel()
		}
	}
	if read > 5000 {
		t.Errorf("%d rows were read after the context had ended", read)
	}
}

// cellText draws a cell; hard ones hold everything that needs quoting.
var cellText = rapid.OneOf(
	rapid.StringMatching(`[a-zа-я0-9]{1,8}`),
	rapid.StringMatching(`[a-c ,;"\n]{1,6}x`),
	rapid.Just(`say "hi", then go`),
)

// TestWrittenRowsAreReadBack writes random tables in random formats, reads them in pieces of random size and compares.
func TestWrittenRowsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 5).Draw(t, "width")
		cells := rapid.SliceOfN(rapid.SliceOfN(cellText, width, width), 1, 30).Draw(t, "rows")
		lineEnd := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
		delimiter := rapid.SampledFrom([]byte(",;\t|")).Draw(t, "delimiter")
		var text strings.Builder
		for _, row := range cells {
			for i, cell := range row {
				if i > 0 {
					text.WriteByte(delimiter)
				}
				if strings.ContainsAny(cell, "\",;\t|\n\r") || rapid.Bool().Draw(t, "quoted") {
					cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
				}
				text.WriteString(cell)
			}
			text.WriteString(lineEnd)
		}
		format := Format{Encoding: UTF8, Delimiter: delimiter, Quote: '"', lineEnd: '\n', dataLine: 1}
		limits := Limits{LineBytes: 4096}.orDefault()
		scan := newScanner(iotest.OneByteReader(strings.NewReader(text.String())), "t.csv", format, limits, width)
		for i, want := range cells {
			row, err := scan.next()
			if err != nil || !slices.Equal(row.Cells, want) || row.Repairs != 0 {
				t.Fatalf("row %d of %q is %q (repairs %b, %v), want %q", i+1, text.String(), row.Cells, row.Repairs, err, want)
			}
		}
	})
}
