package tabular

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// writeTo puts text into a file, making its folder.
func writeTo(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// compareWithExcelize reads a workbook with excelize, too, and compares all stored values. Values that this package shows
// in another way on purpose (dates, percentages, currencies) are compared by excelize's raw value being a number.
func compareWithExcelize(t *testing.T, path string) (compared int) {
	t.Helper()
	oracle, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer oracle.Close()
	set, err := Open(context.Background(), []string{path}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	for _, table := range set.Tables {
		raw, err := oracle.GetRows(table.sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		shown, err := oracle.GetRows(table.sheet)
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range table.Rows(context.Background()) {
			if err != nil {
				continue
			}
			for column, cell := range row.Cells {
				stored, formatted := "", ""
				if int(row.Line) <= len(raw) && column < len(raw[row.Line-1]) {
					stored = raw[row.Line-1][column]
				}
				if int(row.Line) <= len(shown) && column < len(shown[row.Line-1]) {
					formatted = shown[row.Line-1][column]
				}
				if cell != stored && cell != formatted && !sameNumber(cell, stored) {
					t.Errorf("%s line %d column %d: %q, excelize has %q shown as %q", table.Path, row.Line, column+1, cell, stored, formatted)
				}
				compared++
			}
		}
	}
	return compared
}

// sameNumber reports whether a cell is the stored number, rounded to 15 digits or written as a date, share or amount.
func sameNumber(cell, stored string) bool {
	plain, _, ok := storedNumber(stored)
	if !ok {
		return false
	}
	kind := Classify(cell)
	return cell == plain || kind == KindDate || kind == KindDateTime || kind == KindMoney || strings.HasSuffix(cell, "%")
}

func TestRealWorkbooksAgainstExcelize(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sharedFolder(t, "data", "import_dirty", "frictionless"), "*.xlsx"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no workbooks: %v", err)
	}
	compared := 0
	for _, file := range files {
		compared += compareWithExcelize(t, file)
	}
	if compared < 1000 {
		t.Errorf("only %d cells were compared", compared)
	}
}

// writeBook streams a workbook of deals with excelize.
func writeBook(t testing.TB, rows int) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	if err := out.SetRow("A1", []any{"Id", "Name", "Closed", "Amount", "Won", "Note"}); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		row := []any{i, fmt.Sprintf("Сделка %d <%d>", i, random.IntN(9)), excelize.Cell{StyleID: day, Value: 40_000 + random.IntN(9999)}, random.Float64() * 1e6, i%2 == 0, nil}
		if err := out.SetRow(fmt.Sprintf("A%d", i+2), row); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "deals.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWrittenWorkbookAgainstExcelize(t *testing.T) {
	if compared := compareWithExcelize(t, writeBook(t, 2000)); compared != 2000*6 {
		t.Errorf("%d cells were compared, want %d", compared, 2000*6)
	}
}

// TestManySharedTexts makes the shared texts too many for memory.
func TestManySharedTexts(t *testing.T) {
	var texts, cells strings.Builder
	texts.WriteString("<sst><si><t>name</t></si>")
	cells.WriteString(`<worksheet><sheetData><row><c t="s"><v>0</v></c></row>`)
	const n = 40_000
	long := strings.Repeat("я", 500)
	for i := range n {
		fmt.Fprintf(&texts, "<si><t>%s%d</t></si>", long, i)
		fmt.Fprintf(&cells, `<row><c t="s"><v>%d</v></c></row>`, n-i)
	}
	path := write(t, "t.xlsx", parts(t, cells.String()+"</sheetData></worksheet>", texts.String()+"</sst>", ""))
	set, err := Open(context.Background(), []string{path}, Limits{ExpandRatio: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	rows, _ := readAll(t, set.Tables[0])
	for i, row := range rows {
		if want := fmt.Sprintf("%s%d", long, n-1-i); row.Cells[0] != want {
			t.Fatalf("row %d ends with %q, want %q", i+1, row.Cells[0][max(0, len(row.Cells[0])-8):], want[len(want)-8:])
		}
	}
	if len(rows) != n {
		t.Errorf("%d rows, want %d", len(rows), n)
	}
}
