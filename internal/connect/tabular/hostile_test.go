package tabular

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/fault"
)

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// zipped packs entries in the order given: names and texts by turns.
func zipped(t testing.TB, entries ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		entry, err := w.Create(entries[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(entry, entries[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// refused opens a file that must be refused as invalid with words in the error.
func refused(t *testing.T, path string, limits Limits, words string) {
	t.Helper()
	set, err := Open(context.Background(), []string{path}, limits)
	if err == nil {
		set.Close()
		t.Fatalf("%s is accepted, want an error with %q", filepath.Base(path), words)
	}
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), words) {
		t.Errorf("error of kind %s: %v; want an invalid one with %q", fault.KindOf(err), err, words)
	}
}

func TestWhatIsNoTable(t *testing.T) {
	cases := []struct{ name, file, content, words string }{
		{"empty", "t.csv", "", "the file is empty"},
		{"blank", "t.csv", "\xef\xbb\xbf \r\n\r\n", "the file is empty"},
		{"delimiters only", "t.csv", ",,,\n,,,\n", "no rows"},
		{"PNG", "t.csv", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a picture"},
		{"ELF", "t.csv", "\x7fELF\x02\x01\x01" + strings.Repeat("\x00\x17\x03", 100), "a program"},
		{"old Excel", "t.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "save it as .xlsx"},
		{"workbook with a password", "t.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "password"},
		{"web page", "t.csv", "<!DOCTYPE html>\n<html><body>Log in</body></html>", "a web page"},
		{"XML", "t.csv", "<?xml version=\"1.0\"?><a/>", "an XML document"},
		{"JSON", "t.csv", "[{\"id\": 1}]", "is JSON"},
		{"PDF", "t.csv", "%PDF-1.7\n%\xe2\xe3", "a PDF"},
		{"binary", "t.csv", strings.Repeat("\x01\x02\x03\xfe\x00abc", 1000), "is not text"},
		{"zeros", "t.csv", strings.Repeat("\x00", 100_000), "is not text"},
		{"UTF-32", "t.csv", "\xff\xfe\x00\x00a\x00\x00\x00", "UTF-32"},
		{"broken gzip", "t.csv.gz", "\x1f\x8b\x08\x00broken", "damaged"},
		{"gzip cut off", "t.csv.gz", gzipped(t, strings.Repeat("id,name\n1,a\n", 1000))[:40], "damaged"},
		{"zip in gzip", "t.csv.gz", gzipped(t, zipped(t, "t.csv", "id,name\n1,a\n")), "archive inside of an archive"},
		{"broken zip", "t.zip", zipMagic + "broken", "damaged"},
		{"zip without tables", "t.zip", zipped(t, "readme.md", "hello", "a/pic.png", "x"), "no table found"},
		{"zip in zip", "t.zip", zipped(t, "inner.zip", zipped(t, "t.csv", "id,name\n1,a\n")), "a zip inside of a zip"},
		{"OpenDocument", "t.ods", zipped(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<a/>"), "OpenDocument"},
		{"name with ..", "t.zip", zipped(t, "../../etc/passwd.csv", "id,name\n1,a\n"), "points outside"},
		{"name with .. inside", "t.zip", zipped(t, "a/../../b.csv", "id,name\n1,a\n"), "points outside"},
		{"name with backslashes", "t.zip", zipped(t, `..\..\b.csv`, "id,name\n1,a\n"), "points outside"},
		{"absolute name", "t.zip", zipped(t, "/etc/b.csv", "id,name\n1,a\n"), "points outside"},
		{"name with a drive", "t.zip", zipped(t, "C:/b.csv", "id,name\n1,a\n"), "points outside"},
		{"too many columns", "t.csv", strings.Repeat("a,", 5000) + "a\n" + strings.Repeat("1,", 5000) + "1\n", "columns"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { refused(t, write(t, c.file, c.content), Limits{}, c.words) })
	}
	refused(t, t.TempDir(), Limits{}, "no table found")
	if _, err := Open(context.Background(), []string{filepath.Join(t.TempDir(), "none.csv")}, Limits{}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a missing file: %v, want not found", err)
	}
}

// TestDamageInTheMiddle breaks compressed files behind what opening looks at.
func TestDamageInTheMiddle(t *testing.T) {
	var text strings.Builder
	text.WriteString("id,name\n")
	for i := range 300_000 {
		fmt.Fprintf(&text, "%d,%x\n", i, i*7919)
	}
	for _, file := range []string{"t.csv.gz", "t.zip"} {
		content := gzipped(t, text.String())
		if file == "t.zip" {
			content = zipped(t, "t.csv", text.String())
		}
		broken := []byte(content)
		for i := range 100 {
			broken[len(broken)*3/4+i] ^= 0xff
		}
		var failure error
		for _, err := range openOne(t, write(t, file, string(broken))).Rows(context.Background()) {
			if failure = err; err != nil && !isRowError(err) {
				break
			}
		}
		if fault.KindOf(failure) != fault.Invalid || !strings.Contains(fmt.Sprint(failure), "damaged") {
			t.Errorf("%s: %v, want an invalid error that says damaged", file, failure)
		}
	}
}

func TestEncryptedAndLinkedEntries(t *testing.T) {
	encrypted := []byte(zipped(t, "t.csv", "id,name\n1,a\n"))
	encrypted[6] |= 1 // local header's flags
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	refused(t, write(t, "t.zip", string(encrypted)), Limits{}, "without a password")

	var b bytes.Buffer
	w := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: "link.csv"}
	header.SetMode(os.ModeSymlink | 0o777)
	entry, err := w.CreateHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(entry, "/etc/passwd"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	refused(t, write(t, "t.zip", b.String()), Limits{}, "is a link")
}

func TestBombs(t *testing.T) {
	zeros := strings.Repeat("0", 40<<20)
	refused(t, write(t, "t.zip", zipped(t, "t.csv", zeros)), Limits{}, "expands")
	refused(t, write(t, "t.zip", zipped(t, "t.xlsx", "x", "xl/workbook.xml", zeros)), Limits{}, "expands")
	refused(t, write(t, "t.zip", zipped(t, "a.csv", "id\n1\n", "b.csv", "id\n1\n", "c.csv", "id\n1\n")), Limits{Files: 2}, "entries")
	refused(t, write(t, "t.zip", zipped(t, "a.csv", strings.Repeat("id\n1\n", 100))), Limits{ZipBytes: 100}, "expand to more")
	refused(t, write(t, "t.xlsx", workbook(t, sheet("Deals", [][]any{{"id", "name"}, {1, "a"}}))), Limits{WorkbookBytes: 100}, "larger")

	table := openOne(t, write(t, "t.csv.gz", gzipped(t, "id,name\n"+strings.Repeat("1,a\n", 10<<20))))
	var failure error
	for _, err := range table.Rows(context.Background()) {
		if failure = err; err != nil {
			break
		}
	}
	if fault.KindOf(failure) != fault.Invalid || !strings.Contains(failure.Error(), "expands") {
		t.Errorf("a gzip bomb: %v, want an invalid error", failure)
	}
}

// sparse makes a file of size bytes that reads as zeros but for a beginning, and takes no space.
func sparse(t *testing.T, beginning string, size int64) string {
	t.Helper()
	path := write(t, "t.csv", beginning)
	if err := os.Truncate(path, size); err != nil {
		t.Skipf("no sparse files here: %v", err)
	}
	return path
}

// memory runs f and gives the most bytes that it held at a time, sampled.
func memory(f func()) uint64 {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	most, done := uint64(0), make(chan struct{})
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for {
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	f()
	close(done)
	<-finished
	return most
}

func TestOneLineOfAGigabyte(t *testing.T) {
	limits := Limits{LineBytes: 1 << 20}
	letters := strings.Repeat("a", 1<<20)
	var text strings.Builder
	for range 8 {
		text.WriteString(letters)
	}
	refused(t, write(t, "t.csv", text.String()), limits, "line 1: the row is longer than 1048576 bytes")

	used := memory(func() { refused(t, sparse(t, "id,name", 1<<30), Limits{}, "is not text") })
	if used > 128<<20 {
		t.Errorf("a line of a gigabyte took %d MiB", used>>20)
	}
	t.Run("behind a header", func(t *testing.T) {
		table := openOne(t, write(t, "t.csv", "id,name\n1,a\n2,"+text.String()+"\n3,b\n"))
		table.limits.LineBytes = 1 << 20
		got := strings.Join(lines(t, table), "; ")
		if got != "2: 1|a; 3,0: too_long; 4: 3|b" {
			t.Errorf("read %s", got)
		}
	})
	t.Run("an unclosed quote in front of gigabytes", func(t *testing.T) {
		table := openOne(t, sparse(t, "id,name\n1,a\n2,\"b\n"+strings.Repeat("3,c\n", 100_000), 1<<29))
		var first error
		rows := 0
		used := memory(func() {
			for _, err := range table.Rows(context.Background()) {
				if err != nil && first == nil {
					first = err
				}
				if rows++; rows > 200_000 {
					break
				}
			}
		})
		if rowError, ok := first.(*RowError); !ok || rowError.Code != RowUnclosedQuote || rowError.Line != 3 {
			t.Errorf("first error %v, want an unclosed quote on line 3", first)
		}
		if rows < 100_000 || used > 128<<20 {
			t.Errorf("%d rows with %d MiB", rows, used>>20)
		}
	})
}

// TestBrokenQuotesTakeLinearTime reads files in which every line could begin a cell that runs to the end of the file. If
// the work grew with the square of their length, the test would not end.
func TestBrokenQuotesTakeLinearTime(t *testing.T) {
	for _, line := range []string{"1,\"a\n", "\"\"a,b\n", "\"a\"b,c\n", "1,\"\"\"\n", "\"x\n", "1,\"a\"\"\n", "\"\"\"a,\"\"\n"} {
		table := openOne(t, write(t, "t.csv", "id,name\n"+strings.Repeat(line, 300_000)))
		steps := 0
		for _, err := range table.Rows(context.Background()) {
			if err != nil && !isRowError(err) {
				t.Fatal(err)
			}
			steps++
		}
		if steps == 0 {
			t.Errorf("%q: nothing was read", line)
		}
	}
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(file, "id,name,amount,note")
	block := strings.Repeat("12345,Some deal,1500.50,\"a, b\"\n", 10_000)
	for range 100 {
		if _, err := file.WriteString(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	table := openOne(t, path)
	used := memory(func() {
		profile, err := Profile(context.Background(), table)
		if err != nil || profile.Rows != 1_000_000 {
			t.Errorf("%d rows (%v)", profile.Rows, err)
		}
	})
	if used > 64<<20 {
		t.Errorf("profiling %d MiB took %d MiB of memory", len(block)*100>>20, used>>20)
	}
}
