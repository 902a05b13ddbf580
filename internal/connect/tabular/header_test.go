package tabular

import (
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/fault"
)

func TestHeaders(t *testing.T) {
	cases := []struct {
		name, text string
		line       int // NoHeader for none
		want       []string
		rows       int
	}{
		{"first line", "id,name\n1,a\n", 1, []string{"id", "name"}, 1},
		{"header only", "id,name\n", 1, []string{"id", "name"}, 0},
		{"title and blank line", "Report: open deals\n\nid,name,amount\n1,a,5\n2,b,6\n", 3, []string{"id", "name", "amount"}, 2},
		{"title padded with delimiters", "Open deals,,\nExported by:,Anna,\n,,\nid,name,amount\n1,a,5\n2,b,6\n", 4, []string{"id", "name", "amount"}, 2},
		{"remarks above", "Exported 2026-01-31 12:00\nFilter: stage is open\nUser: anna@example.com\n\nid;name;amount;stage\n1;a;5;x\n2;b;6;y\n", 5, []string{"id", "name", "amount", "stage"}, 2},
		{"comments above", "# one\n# two\nid,name\n1,a\n", 3, []string{"id", "name"}, 1},
		{"none", "1,a@example.com,2026-01-31\n2,b@example.com,2026-02-01\n", NoHeader, []string{"Column 1", "Column 2", "Column 3"}, 2},
		{"text over text", "Company,City\nAcme Corp,New York\nGlobex Inc,San Jose\n", 1, []string{"Company", "City"}, 2},
		{"years as names", "Region,2024,2025\nNorth,1500.5,1700.5\nSouth,12.5,13.5\n", 1, []string{"Region", "2024", "2025"}, 2},
		{"repeated names", "Amount,Amount,amount,Amount (2)\n1,2,3,4\n", 1, []string{"Amount", "Amount (3)", "amount", "Amount (2)"}, 1},
		{"blank names", "id,,Column 2,\n1,2,3,4\n", 1, []string{"id", "Column 2 (2)", "Column 2", "Column 4"}, 1},
		{"delimiter at the end of each line", "id,name,\n1,a,\n2,b,\n", 1, []string{"id", "name"}, 2},
		{"blanks and invisible characters", "\ufeffid , \u00a0Full  name\u200b\n1,a\n", 1, []string{"id", "Full name"}, 1},
		{"line break in a name", "id,\"Close\r\nDate\"\r\n1,2026-01-31\r\n", 1, []string{"id", "Close Date"}, 1},
		{"one column", "name\nAcme, Inc.\nGlobex\n", 1, []string{"name"}, 2},
		{"one column of prices", "price\n12,50\n13,75\n", 1, []string{"price"}, 2},
		{"Russian", "Сделка;Сумма;Дата закрытия\nПоставка;1 500,50;31.12.2025\n", 1, []string{"Сделка", "Сумма", "Дата закрытия"}, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			table := openOne(t, write(t, "t.csv", c.text))
			rows, broken := readAll(t, table)
			if table.Format.Header != c.line || !slices.Equal(table.Header, c.want) || len(rows)+len(broken) != c.rows {
				t.Errorf("header %q on line %d (%v) and %d rows, want %q on line %d and %d rows; notes %v",
					table.Header, table.Format.Header, table.Format.HeaderSure, len(rows)+len(broken), c.want, c.line, c.rows, table.Notes)
			}
		})
	}
}

func TestDelimiters(t *testing.T) {
	cases := []struct {
		name, file, text string
		want             byte
	}{
		{"comma", "t.csv", "a,b,c\n1,2,3\n", ','},
		{"semicolon with decimal commas", "t.csv", "a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n", ';'},
		{"tab with commas in text", "t.txt", "a\tb\tc\nx, y\tz, w\t1\nx\tz, w, v\t1\n", '\t'},
		{"vertical bar", "t.csv", "a|b\n1|2\n", '|'},
		{"commas inside of quotes", "t.csv", "a;b\n\"x, y, z\";1\n\"x, w, z\";1\n", ';'},
		{"semicolons inside of quotes", "t.csv", "a,b\n\"x;y\",1\n\"x;w\",1\n", ','},
		{"none", "t.csv", "name\nAcme\n", NoDelimiter},
		{"by the name of the file", "t.tsv", "a,b\tc\nd,e\tf\n", '\t'},
		{"sep", "t.csv", "sep=|\na,b|c\n1,2|3\n", '|'},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if f := openOne(t, write(t, c.file, c.text)).Format; f.Delimiter != c.want {
				t.Errorf("separated by %s (%v), want %s", delimiterName(f.Delimiter), f.DelimiterSure, delimiterName(c.want))
			}
		})
	}
}

func TestReformat(t *testing.T) {
	table := openOne(t, write(t, "t.csv", "'id';'name'\n'1';'a;b'\n"))
	if table.Format.Quote != '\'' {
		t.Errorf("quoted with %q, want '", table.Format.Quote)
	}
	again, err := table.Reformat(t.Context(), Format{Delimiter: ',', Quote: NoQuote, Header: NoHeader})
	if err != nil {
		t.Fatal(err)
	}
	if rows, _ := readAll(t, again); len(rows) != 2 || rows[0].Cells[0] != "'id';'name'" {
		t.Errorf("read %v", rows)
	}
	second, err := table.Reformat(t.Context(), Format{Header: 2})
	if err != nil || strings.Join(second.Header, "|") != "1|a;b" || second.Format.HeaderSure != Asked {
		t.Errorf("header %q (%v)", second.Header, err)
	}
	if _, err := table.Reformat(t.Context(), Format{Header: 999}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a header behind the end: %v, want invalid", err)
	}
}
