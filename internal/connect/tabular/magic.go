package tabular

import (
	"bytes"
	"strings"
)

// signature is how a kind of file begins and what to do about it.
type signature struct {
	prefix string
	advice string
}

var signatures = []signature{
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", adviceOLE},
	{"\x89PNG", "is a picture (PNG), not a table"},
	{"\xff\xd8\xff", "is a picture (JPEG), not a table"},
	{"GIF8", "is a picture (GIF), not a table"},
	{"\x7fELF", "is a program (ELF), not a table"},
	{"MZ\x90", "is a Windows program, not a table"},
	{"%PDF-", "is a PDF document: export the table as CSV or XLSX instead"},
	{"PAR1", "is a Parquet file: export the table as CSV or XLSX instead"},
	{"SQLite format 3\x00", "is an SQLite database: export its tables as CSV"},
	{"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive: unpack it, or pack it as a .zip"},
	{"Rar!\x1a\x07", "is a RAR archive: unpack it, or pack it as a .zip"},
	{"\x28\xb5\x2f\xfd", "is compressed with Zstandard: unpack it, or use .gz"},
	{"BZh", "is compressed with bzip2: unpack it, or use .gz"},
	{"\xfd7zXZ\x00", "is compressed with xz: unpack it, or use .gz"},
	{"{\\rtf", "is a rich text document: export the table as CSV or XLSX instead"},
	{"\xff\xfe\x00\x00", "is in UTF-32: save it as UTF-8"},
	{"\x00\x00\xfe\xff", "is in UTF-32: save it as UTF-8"},
}

const (
	adviceOLE = "is an old Excel workbook (.xls) or a workbook with a password: open it in a spreadsheet program and " +
		"save it as .xlsx without a password, or as CSV"
	adviceODS    = "is an OpenDocument spreadsheet: save it as .xlsx or CSV"
	adviceHTML   = "is a web page, not a table: the export probably ended at a log-in page; download it again"
	adviceXML    = "is an XML document: export the table as CSV or XLSX instead"
	adviceJSON   = "is JSON: export the table as CSV or XLSX instead"
	adviceBinary = "is not text: export the table as CSV or XLSX"
)

// binaryAdvice recognises content that cannot be a text table from a file's first bytes and says what to do; "" when it
// may be text.
func binaryAdvice(head []byte) string {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.prefix)) && (s.prefix != "BZh" || isBzip2(head)) {
			return s.advice
		}
	}
	text := strings.ToLower(string(bytes.TrimLeft(bytes.TrimPrefix(head[:min(len(head), 512)], []byte("\xef\xbb\xbf")), " \t\r\n")))
	switch {
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"):
		return adviceHTML
	case strings.HasPrefix(text, "<?xml"):
		return adviceXML
	case strings.HasPrefix(text, `{"`), strings.HasPrefix(text, "[{"):
		return adviceJSON
	}
	return ""
}

// isBzip2 tells a bzip2 file from a table whose first header begins with the same letters.
func isBzip2(head []byte) bool {
	return len(head) >= 10 && head[3] >= '1' && head[3] <= '9' && string(head[4:10]) == "1AY&SY"
}

// isBinary reports whether decoded text holds more control characters than any text does.
func isBinary(text []byte) bool {
	controls := 0
	for _, b := range text {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != '\v' && b != 0x1a && b != 0x1b {
			controls++
		}
	}
	return controls > 2 && controls*50 > len(text)
}
