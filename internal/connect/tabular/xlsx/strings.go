package xlsx

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

const (
	stringsInMemory = 32 << 20 // bytes of shared texts kept in memory; the rest goes to a temporary file
	mostStrings     = 16 << 20 // shared texts in a workbook
)

// sharedStrings are the workbook's texts, to which cells refer by number.
type sharedStrings struct {
	first []string // as many as fit into memory
	ends  []int64  // where in the file the text behind each of the others ends
	file  *os.File
}

// readStrings reads the shared texts.
func (b *Book) readStrings() error {
	const name = "xl/sharedStrings.xml"
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
	filler := stringFiller{s: &b.strings}
	for {
		kind, err := t.next()
		if err == io.EOF {
			return filler.flush()
		}
		if err != nil {
			return brokenPart(name, err)
		}
		if kind != tokenStart || string(t.name) != "si" {
			continue
		}
		text, err := t.richText("si")
		if err != nil {
			return brokenPart(name, err)
		}
		if err := filler.add(text); err != nil {
			return brokenPart(name, err)
		}
	}
}

// richText joins the runs of text up to the end tag of the element whose start tag was just read; phonetic hints are left
// out.
func (t *tags) richText(element string) (string, error) {
	if t.empty {
		return "", nil
	}
	var parts []string
	size, inText, phonetic := 0, false, false
	for {
		kind, err := t.next()
		if err != nil {
			return "", t.unexpected(err)
		}
		switch name := string(t.name); {
		case kind == tokenText:
			if inText && !phonetic {
				parts = append(parts, t.content())
				if size += len(t.text); size > t.most {
					return "", errTokenTooLong
				}
			}
		case name == "t":
			inText = kind == tokenStart && !t.empty
		case name == "rPh":
			phonetic = kind == tokenStart && !t.empty
		case kind == tokenEnd && name == element:
			return underscored(strings.Join(parts, "")), nil
		}
	}
}

func (t *tags) unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// underscored replaces _x000D_, as which workbooks write characters that XML cannot hold.
func underscored(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var b strings.Builder
	for {
		i := strings.Index(text, "_x")
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		var code uint32
		if n, err := fmt.Sscanf(text[i:min(len(text), i+7)], "_x%04x_", &code); i+7 > len(text) || n != 1 || err != nil || text[i+6] != '_' {
			b.WriteString(text[:i+2])
			text = text[i+2:]
			continue
		}
		b.WriteString(text[:i])
		if code != 0 && code != '\r' {
			b.WriteRune(rune(code))
		}
		text = text[i+7:]
	}
}

// stringFiller adds texts to sharedStrings.
type stringFiller struct {
	s      *sharedStrings
	kept   int
	buffer []byte
	end    int64
}

func (f *stringFiller) add(text string) error {
	if len(f.s.first)+len(f.s.ends) >= mostStrings {
		return fmt.Errorf("it holds more than %d different texts", mostStrings)
	}
	if f.s.file == nil && f.kept < stringsInMemory {
		f.kept += len(text) + 16
		f.s.first = append(f.s.first, text)
		return nil
	}
	if f.s.file == nil {
		file, err := os.CreateTemp("", "zveno-texts-*")
		if err != nil {
			return err
		}
		f.s.file = file
	}
	f.end += int64(len(text))
	f.s.ends = append(f.s.ends, f.end)
	f.buffer = append(f.buffer, text...)
	if len(f.buffer) >= 1<<20 {
		return f.flush()
	}
	return nil
}

func (f *stringFiller) flush() error {
	if len(f.buffer) == 0 {
		return nil
	}
	_, err := f.s.file.Write(f.buffer)
	f.buffer = f.buffer[:0]
	return err
}

var errNoString = errors.New("a cell refers to a text that the workbook does not have")

// at is the text with a number.
func (s *sharedStrings) at(i int) (string, error) {
	if i >= 0 && i < len(s.first) {
		return s.first[i], nil
	}
	i -= len(s.first)
	if i < 0 || i >= len(s.ends) {
		return "", errNoString
	}
	start := int64(0)
	if i > 0 {
		start = s.ends[i-1]
	}
	text := make([]byte, s.ends[i]-start)
	if _, err := s.file.ReadAt(text, start); err != nil {
		return "", err
	}
	return string(text), nil
}

func (s *sharedStrings) close() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Close(), os.Remove(s.file.Name()))
	s.file = nil
	return err
}
