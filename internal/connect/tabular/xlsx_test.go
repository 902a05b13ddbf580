package tabular

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// sheetOf is a sheet of a workbook to write.
type sheetOf struct {
	name  string
	cells [][]any
	then  func(f *excelize.File, name string) error
}

func sheet(name string, cells [][]any, then ...func(f *excelize.File, name string) error) sheetOf {
	s := sheetOf{name: name, cells: cells}
	if len(then) > 0 {
		s.then = then[0]
	}
	return s
}

// workbook writes an XLSX file with excelize.
func workbook(t testing.TB, sheets ...sheetOf) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, s := range sheets {
		if i == 0 {
			if err := f.SetSheetName("Sheet1", s.name); err != nil {
				t.Fatal(err)
			}
		} else if _, err := f.NewSheet(s.name); err != nil {
			t.Fatal(err)
		}
		for row, cells := range s.cells {
			if err := f.SetSheetRow(s.name, fmt.Sprintf("A%d", row+1), &cells); err != nil {
				t.Fatal(err)
			}
		}
		if s.then != nil {
			if err := s.then(f, s.name); err != nil {
				t.Fatal(err)
			}
		}
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// parts packs an XLSX file from the XML of its sheet and, if not "", its shared texts and styles.
func parts(t testing.TB, sheet, texts, styles string) string {
	t.Helper()
	entries := []string{
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"xl/workbook.xml", `<workbook xmlns:r="x"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", sheet,
	}
	if texts != "" {
		entries = append(entries, "xl/sharedStrings.xml", texts)
	}
	if styles != "" {
		entries = append(entries, "xl/styles.xml", styles)
	}
	return zipped(t, entries...)
}

// styled sets a number format on a range.
func styled(f *excelize.File, sheet, from, to string, style excelize.Style) error {
	id, err := f.NewStyle(&style)
	if err != nil {
		return err
	}
	return f.SetCellStyle(sheet, from, to, id)
}

func TestSheetValues(t *testing.T) {
	text := func(code string) *string { return &code }
	content := workbook(t, sheet("Deals", [][]any{
		{"id", "closed", "created", "share", "amount", "won", "sum", "time", "float", "text"},
		{1, 46076, 46076.871527777776, 0.125, -1234.5, true, nil, 0.75, 0.1 + 0.2, "a\n b"},
		{2, 46077, 46077, 1, 1e12, false, nil, 1.5, 1.0, " x & <y> "},
	}, func(f *excelize.File, name string) error {
		for _, err := range []error{
			styled(f, name, "B2", "B3", excelize.Style{NumFmt: 14}),
			styled(f, name, "C2", "C3", excelize.Style{CustomNumFmt: text("dd.mm.yyyy hh:mm")}),
			styled(f, name, "D2", "D3", excelize.Style{NumFmt: 10}),
			styled(f, name, "E2", "E3", excelize.Style{CustomNumFmt: text(`#,##0.00\ "₽"`)}),
			styled(f, name, "H2", "H3", excelize.Style{CustomNumFmt: text("[h]:mm:ss")}),
			f.SetCellFormula(name, "G2", "A2+1"),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	}))
	table := openOne(t, write(t, "Book1.xlsx", content))
	want := []string{
		"2: 1|2026-02-23|2026-02-23 20:55:00|12.5%|-1234.5 ₽|TRUE||18:00:00|0.3|a\n b",
		"3: 2|2026-02-24|2026-02-24 00:00:00|100%|1000000000000 ₽|FALSE||36:00:00|1| x & <y> ",
	}
	if got := lines(t, table); !slices.Equal(got, want) {
		t.Errorf("read\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if table.Name != "Book1" || !strings.HasSuffix(table.Path, "Book1.xlsx[Deals]") {
		t.Errorf("name %q, path %q", table.Name, table.Path)
	}
	if !strings.Contains(fmt.Sprint(table.Notes), "1 formulas have no cached result") {
		t.Errorf("notes %v", table.Notes)
	}
	profile, err := Profile(context.Background(), table)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, column := range profile.Columns {
		kinds = append(kinds, column.Kind.String())
	}
	if got := strings.Join(kinds, " "); got != "integer date datetime decimal money bool empty text decimal text" {
		t.Errorf("kinds %s", got)
	}
}

func TestSheets(t *testing.T) {
	content := workbook(t,
		sheet("Deals", [][]any{{"id", "name"}, {1, "a"}}),
		sheet("Empty", nil),
		sheet("Secret", [][]any{{"Report of 2026"}, {}, {"id", "name", "n"}, {1, "a", 5}, {2, "b", 6}}, func(f *excelize.File, name string) error {
			if err := f.MergeCell(name, "A1", "C1"); err != nil {
				return err
			}
			return f.SetSheetVisible(name, false)
		}))
	set, err := Open(context.Background(), []string{write(t, "Book1.xlsx", content)}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if len(set.Tables) != 2 || set.Tables[0].Name != "Deals" || set.Tables[1].Name != "Secret" {
		t.Fatalf("tables %v, want Deals and Secret", set.Tables)
	}
	if len(set.Skipped) != 1 || set.Skipped[0].Reason != "is an empty sheet" {
		t.Errorf("skipped %v, want the empty sheet", set.Skipped)
	}
	secret := set.Tables[1]
	if notes := fmt.Sprint(secret.Notes); notes != "[hidden sheet 1 merged cells: the value stands in the first cell only header is on line 3, 2 lines above skipped]" {
		t.Errorf("notes %s", notes)
	}
	if got := lines(t, secret); !slices.Equal(got, []string{"4: 1|a|5", "5: 2|b|6"}) {
		t.Errorf("rows %q", got)
	}
}

func TestWorkbookInZipAndFolder(t *testing.T) {
	book := workbook(t, sheet("Deals", [][]any{{"id", "name"}, {1, "a"}}))
	folder := t.TempDir()
	path := filepath.Join(folder, "all.zip")
	writeTo(t, path, zipped(t, "crm/Book1.xlsx", book, "crm/deals.csv", "id,name\n2,b\n", "__MACOSX/crm/._deals.csv", "x", "notes.docx", "x"))
	writeTo(t, filepath.Join(folder, "sub", "more.tsv"), "id\tname\n3\tc\n")
	writeTo(t, filepath.Join(folder, "bad.csv"), "")
	set, err := Open(context.Background(), []string{folder}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	var got []string
	for _, table := range set.Tables {
		got = append(got, table.Name+strings.TrimPrefix(table.Path, filepath.ToSlash(folder))+": "+strings.Join(lines(t, table), ";"))
	}
	want := []string{"Book1/all.zip/crm/Book1.xlsx[Deals]: 2: 1|a", "deals/all.zip/crm/deals.csv: 2: 2|b", "more/sub/more.tsv: 2: 3|c"}
	if !slices.Equal(got, want) {
		t.Errorf("tables\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	reasons := map[string]string{}
	for _, skipped := range set.Skipped {
		reasons[filepath.Base(skipped.Path)] = skipped.Reason
	}
	if reasons["._deals.csv"] != "is a system file" || reasons["notes.docx"] == "" || !strings.Contains(reasons["bad.csv"], "is empty") || len(reasons) != 3 {
		t.Errorf("skipped %v", set.Skipped)
	}
}

func TestBrokenWorkbooks(t *testing.T) {
	cells := func(inside string) string { return "<worksheet><sheetData>" + inside + "</sheetData></worksheet>" }
	cases := []struct{ name, content, words string }{
		{"XML cut off", parts(t, `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>`, "", ""), "damaged"},
		{"no such text", parts(t, cells(`<row><c t="s"><v>7</v></c></row>`), "<sst><si><t>a</t></si></sst>", ""), "a text that the workbook does not have"},
		{"negative text", parts(t, cells(`<row><c t="s"><v>-1</v></c></row>`), "<sst><si><t>a</t></si></sst>", ""), "a text that the workbook does not have"},
		{"no place", parts(t, cells(`<row><c r="1A"><v>7</v></c></row>`), "", ""), "no place"},
		{"row out of range", parts(t, cells(`<row r="99999999"><c><v>7</v></c></row>`), "", ""), "row with the number"},
		{"document type", parts(t, `<!DOCTYPE a [<!ENTITY b "bbb">]><worksheet/>`, "", ""), "document type"},
		{"no values", parts(t, cells(""), "", ""), "no sheet of the workbook has a value"},
		{"sheet missing", zipped(t, "xl/workbook.xml", `<workbook><sheets><sheet name="S" id="rId1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels", `<R><R Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></R>`), "is missing"},
		{"binary workbook", zipped(t, "xl/workbook.bin", "x"), "xlsb"},
		{"no end to a tag", parts(t, cells(`<row><c r="`+strings.Repeat("A", 2<<20)), "", ""), "too long"},
		{"no end to a text", parts(t, cells(`<row><c><v>`+strings.Repeat("x ", 1<<20)), "", ""), "too long"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			refused(t, write(t, "t.xlsx", c.content), Limits{LineBytes: 1 << 20, ExpandRatio: 1 << 20}, c.words)
		})
	}
}

func TestOddSheets(t *testing.T) {
	cases := []struct {
		name, sheet string
		want        []string
	}{
		{"no references", `<row><c t="str"><v>id</v></c><c t="str"><v>n</v></c></row><row><c><v>1</v></c><c><v>2</v></c></row>`, []string{"2: 1|2"}},
		{"prefixes and spaces", `<x:row r='1'><x:c r = "A1" t='inlineStr'><x:is><x:t>i</x:t><x:r><x:t>d</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh></x:is></x:c></x:row><x:row r="5"><x:c r="A5"><x:v>1</x:v></x:c></x:row>`, []string{"5: 1"}},
		{"cells out of order", `<row><c r="B1" t="str"><v>n</v></c><c r="A1" t="str"><v>id</v></c></row><row><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row>`, []string{"2: 1|2"}},
		{"gaps", `<row><c r="A1" t="str"><v>id</v></c><c r="C1" t="str"><v>n</v></c></row><row r="3"><c r="C3"><v>2</v></c></row>`, []string{"3: ||2"}},
		{"declared size and styles without values", `<dimension ref="A1:XFD1048576"/><row><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>n</v></c><c r="XFD1" s="1"/></row><row r="1048576"><c r="A1048576"><v>7</v></c></row>`, []string{"1048576: 7|"}},
		{"a value far to the right", `<row><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>n</v></c></row><row><c r="A2"><v>7</v></c><c r="XFD2"><v>7</v></c></row>`, []string{"2,16384: too_many_cells"}},
		{"comments, CDATA, entities, escapes", `<!-- a > b --><row><c t="str"><v>id</v></c></row><row><c t="str"><v><![CDATA[a<b>&amp;]]></v></c></row><row><c t="str"><v>&lt;&#1071;&#x416;&unknown;_x0041__x000D_</v></c></row>`, []string{"2: a<b>&amp;", "3: <ЯЖ&unknown;A"}},
		{"errors", `<row><c t="str"><v>id</v></c></row><row><c t="e"><v>#REF!</v></c></row>`, []string{"2: #REF!"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			xml := c.sheet
			if !strings.Contains(xml, "<x:") {
				xml = "<worksheet><sheetData>" + xml + "</sheetData></worksheet>"
			} else {
				xml = `<?xml version="1.0"?><x:worksheet><x:sheetData>` + xml + "</x:sheetData></x:worksheet>"
			}
			if got := lines(t, openOne(t, write(t, "t.xlsx", parts(t, xml, "", "")))); !slices.Equal(got, c.want) {
				t.Errorf("read %q, want %q", got, c.want)
			}
		})
	}
}

// TestSerialDates compares with dates computed from the calendar.
func TestSerialDates(t *testing.T) {
	styles := `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`
	for _, date1904 := range []bool{false, true} {
		origin := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
		if date1904 {
			origin = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		var cells strings.Builder
		cells.WriteString(`<row><c t="str"><v>day</v></c></row>`)
		want := []string{}
		for serial := 61; serial < 80_000; serial += 97 {
			fmt.Fprintf(&cells, `<row><c s="1"><v>%d</v></c></row>`, serial)
			want = append(want, fmt.Sprintf("%d: %s", len(want)+2, origin.AddDate(0, 0, serial).Format(time.DateOnly)))
		}
		content := parts(t, "<worksheet><sheetData>"+cells.String()+"</sheetData></worksheet>", "", styles)
		if date1904 {
			content = repacked(t, content, "xl/workbook.xml", "<sheets>", `<workbookPr date1904="1"/><sheets>`)
		}
		if got := lines(t, openOne(t, write(t, "t.xlsx", content))); !slices.Equal(got, want) {
			t.Errorf("1904 %v: read %.200q, want %.200q", date1904, got, want)
		}
	}
}

// repacked replaces text in one entry of a zip.
func repacked(t *testing.T, content, name, old, replacement string) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader([]byte(content)), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var entries []string
	for _, entry := range archive.File {
		in, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if entry.Name == name {
			text = bytes.ReplaceAll(text, []byte(old), []byte(replacement))
		}
		entries = append(entries, entry.Name, string(text))
	}
	return zipped(t, entries...)
}
