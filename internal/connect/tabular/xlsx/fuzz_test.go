package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"testing"
)

// pack makes a workbook of one sheet.
func pack(t testing.TB, sheet, texts, styles string) *zip.Reader {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"xl/workbook.xml", `<workbook><sheets><sheet name="S" id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<R><R Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></R>`},
		{"xl/worksheets/sheet1.xml", sheet}, {"xl/sharedStrings.xml", texts}, {"xl/styles.xml", styles},
	} {
		entry, err := w.Create(part[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(entry, part[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// FuzzWorkbook reads any XML as a workbook's parts: it must end without a panic, and cells must stand in their rows.
func FuzzWorkbook(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c s="1"><f>A1</f><v>2</v></c></row></sheetData><mergeCell/></worksheet>`,
		`<sst><si><t>a&amp;b</t></si></sst>`, `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$€-407] #,##0.00;@"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs></styleSheet>`)
	f.Add(`<row><c t="inlineStr"><is><r><t>_x0041_</t></r></is></c>`, `<si`, `<cellXfs><xf numFmtId="14"/>`)
	f.Add(`<![CDATA[x]]><!-- --><?a?><sheetData/>`, ``, `<numFmt numFmtId="1" formatCode='"a\'/>`)
	f.Fuzz(func(t *testing.T, sheet, texts, styles string) {
		book, err := Open(pack(t, sheet, texts, styles), Limits{TokenBytes: 1 << 16, Columns: 100})
		if err != nil {
			return
		}
		defer book.Close()
		if len(book.Sheets) != 1 {
			t.Fatalf("%d sheets", len(book.Sheets))
		}
		rows, err := book.Rows(context.Background(), book.Sheets[0])
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for {
			row, err := rows.Next()
			if err != nil {
				return
			}
			if row.Number < 1 || row.Number > mostRows {
				t.Fatalf("row %d", row.Number)
			}
			for _, cell := range row.Cells {
				if cell.Column < 0 || cell.Column >= 100 || cell.Text == "" {
					t.Fatalf("row %d has the cell %+v", row.Number, cell)
				}
			}
		}
	})
}
