package xlsx

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// Limits bounds what reading a workbook may cost.
type Limits struct {
	TokenBytes int // longest text or tag
	Columns    int // cells further to the right make their row too wide
}

// Book is an opened workbook. Close removes what it put aside on disk.
type Book struct {
	Sheets   []Sheet
	Date1904 bool // serial dates count from 1904-01-01, as old Excel for Mac did

	archive *zip.Reader
	limits  Limits
	formats []Format // by style index
	strings sharedStrings
}

// Sheet is a worksheet.
type Sheet struct {
	Name   string
	Hidden bool
	Bytes  int64 // of its XML

	part *zip.File
}

const (
	mostSheets = 4096
	mostStyles = 1 << 17 // twice what Excel allows
)

// ErrBinary is the error of a workbook in the binary format (.xlsb).
var ErrBinary = errors.New("xlsx: the workbook is in Excel's binary format")

// Open reads the workbook's list of sheets, number formats and shared texts. The archive must stay open as long as the
// book is used.
func Open(archive *zip.Reader, limits Limits) (*Book, error) {
	b := &Book{archive: archive, limits: limits}
	if b.part("xl/workbook.bin") != nil {
		return nil, ErrBinary
	}
	targets, err := b.readTargets("xl/_rels/workbook.xml.rels")
	if err != nil {
		return nil, err
	}
	if err := b.readWorkbook(targets); err != nil {
		return nil, err
	}
	if err := b.readStyles(); err != nil {
		return nil, err
	}
	if err := b.readStrings(); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Close removes temporary files.
func (b *Book) Close() error { return b.strings.close() }

// part finds a part of the package; names differ in case and slashes between programs.
func (b *Book) part(name string) *zip.File {
	for _, f := range b.archive.File {
		if strings.EqualFold(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"), name) {
			return f
		}
	}
	return nil
}

// eachTag calls visit for each start tag of a part. A part that is absent has none.
func (b *Book) eachTag(name string, visit func(t *tags) error) error {
	part := b.part(name)
	if part == nil {
		return nil
	}
	in, err := part.Open()
	if err != nil {
		return brokenPart(name, err)
	}
	defer in.Close()
	t := newTags(in, b.limits.TokenBytes)
	for {
		switch kind, err := t.next(); {
		case err == io.EOF:
			return nil
		case err != nil:
			return brokenPart(name, err)
		case kind == tokenStart:
			if err := visit(t); err != nil {
				return brokenPart(name, err)
			}
		}
	}
}

// readTargets maps the workbook's relations to the parts that they name.
func (b *Book) readTargets(name string) (map[string]string, error) {
	targets := map[string]string{}
	err := b.eachTag(name, func(t *tags) error {
		id, _ := t.attr("Id")
		target, ok := t.attr("Target")
		kind, _ := t.attr("Type")
		if ok && strings.HasSuffix(kind, "/worksheet") && len(targets) < mostSheets {
			target = strings.ReplaceAll(target, `\`, "/")
			if !strings.HasPrefix(target, "/") {
				target = "/xl/" + target
			}
			targets[id] = strings.TrimPrefix(path.Clean(target), "/")
		}
		return nil
	})
	return targets, err
}

// readWorkbook lists the worksheets; chart sheets have no cells and are left out.
func (b *Book) readWorkbook(targets map[string]string) error {
	return b.eachTag("xl/workbook.xml", func(t *tags) error {
		switch string(t.name) {
		case "workbookPr":
			b.Date1904 = isTrue(t, "date1904")
		case "sheet":
			name, _ := t.attr("name")
			id, _ := t.attr("id")
			state, _ := t.attr("state")
			target, known := targets[id]
			part := b.part(target)
			if !known {
				return nil
			}
			if part == nil || len(b.Sheets) >= mostSheets {
				return fmt.Errorf("the sheet %q is missing or one too many", name)
			}
			b.Sheets = append(b.Sheets, Sheet{
				Name: name, Hidden: state == "hidden" || state == "veryHidden", Bytes: int64(part.UncompressedSize64), part: part,
			})
		}
		return nil
	})
}

func isTrue(t *tags, attr string) bool {
	text, _ := t.attr(attr)
	return text == "1" || text == "true" || text == "on"
}

// readStyles finds the number format of each style.
func (b *Book) readStyles() error {
	codes := map[int]string{}
	inCells := false
	return b.eachTag("xl/styles.xml", func(t *tags) error {
		switch string(t.name) {
		case "numFmt":
			id, _ := t.attr("numFmtId")
			code, _ := t.attr("formatCode")
			if n, err := strconv.Atoi(id); err == nil && len(codes) < mostStyles {
				codes[n] = code
			}
		case "cellXfs":
			inCells = !t.empty
		case "cellStyles", "dxfs", "tableStyles", "colors", "extLst":
			inCells = false
		case "xf":
			if inCells {
				id, _ := t.attr("numFmtId")
				n, _ := strconv.Atoi(id)
				if len(b.formats) >= mostStyles {
					return fmt.Errorf("it has more than %d styles", mostStyles)
				}
				b.formats = append(b.formats, formatOf(n, codes[n]))
			}
		}
		return nil
	})
}

// format is the number format of a style.
func (b *Book) format(style int) Format {
	if style < 0 || style >= len(b.formats) {
		return Format{}
	}
	return b.formats[style]
}
