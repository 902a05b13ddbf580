package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tags cuts XML into tags and texts. It knows no document types and no entities but the five of XML and numbered
// characters, so that nothing can be made to expand; a tag or text may be as long as most.
type tags struct {
	in       io.Reader
	buf      []byte
	pos, end int
	read     int64 // bytes taken from in
	most     int
	err      error

	name  []byte // of the last tag, without namespace prefix
	attrs []byte // what stands behind the name
	text  []byte // of the last text, entities not replaced
	raw   bool   // the text is from CDATA: & is itself
	empty bool   // the last start tag closes itself
}

// token is what tags.next found.
type token int

const (
	tokenStart token = iota
	tokenEnd
	tokenText
)

var errTokenTooLong = errors.New("a text or tag in it is too long")

func newTags(in io.Reader, most int) *tags {
	return &tags{in: in, buf: make([]byte, 64<<10), most: most}
}

// next finds the next tag or text; io.EOF at the end of the document.
func (t *tags) next() (token, error) {
	for {
		if t.pos == t.end && !t.fill() {
			return 0, t.err
		}
		if t.buf[t.pos] != '<' {
			return tokenText, t.readText()
		}
		switch {
		case t.end-t.pos > 1 && t.buf[t.pos+1] != '!' && t.buf[t.pos+1] != '?':
			return t.readTag()
		case t.starts("<!--"):
			if _, err := t.until("-->"); err != nil {
				return 0, err
			}
		case t.starts("<![CDATA["):
			body, err := t.until("]]>")
			if err != nil {
				return 0, err
			}
			t.text, t.raw = body[len("<![CDATA["):len(body)-len("]]>")], true
			return tokenText, nil
		case t.starts("<!DOCTYPE"):
			return 0, errors.New("it declares a document type, which workbooks never do")
		case t.starts("<?"):
			if _, err := t.until("?>"); err != nil {
				return 0, err
			}
		default:
			return t.readTag()
		}
	}
}

// readTag reads a start or end tag.
func (t *tags) readTag() (token, error) {
	body, err := t.untilTagEnd()
	if err != nil {
		return 0, err
	}
	body = body[1 : len(body)-1]
	kind := tokenStart
	if len(body) > 0 && body[0] == '/' {
		kind, body = tokenEnd, body[1:]
	}
	t.empty = len(body) > 0 && body[len(body)-1] == '/'
	if t.empty {
		body = body[:len(body)-1]
	}
	i := 0
	for i < len(body) && body[i] > ' ' {
		i++
	}
	t.name, t.attrs = body[:i], body[i:]
	if colon := bytes.IndexByte(t.name, ':'); colon >= 0 {
		t.name = t.name[colon+1:]
	}
	if len(t.name) == 0 {
		return 0, errors.New("it is not well-formed XML")
	}
	return kind, nil
}

func (t *tags) readText() error {
	from := 0
	for {
		if i := bytes.IndexByte(t.buf[t.pos+from:t.end], '<'); i >= 0 {
			t.text, t.raw = t.buf[t.pos:t.pos+from+i], false
			t.pos += from + i
			return nil
		}
		from = t.end - t.pos
		if !t.fill() {
			if t.err != io.EOF {
				return t.err
			}
			t.text, t.raw = t.buf[t.pos:t.end], false
			t.pos = t.end
			return nil
		}
	}
}

// starts reports whether the text at hand begins with prefix.
func (t *tags) starts(prefix string) bool {
	for t.end-t.pos < len(prefix) && bytes.HasPrefix([]byte(prefix), t.buf[t.pos:t.end]) {
		if !t.fill() {
			return false
		}
	}
	return bytes.HasPrefix(t.buf[t.pos:t.end], []byte(prefix))
}

// until takes everything up to and including mark.
func (t *tags) until(mark string) ([]byte, error) {
	from := 0
	for {
		if i := bytes.Index(t.buf[t.pos+from:t.end], []byte(mark)); i >= 0 {
			body := t.buf[t.pos : t.pos+from+i+len(mark)]
			t.pos += len(body)
			return body, nil
		}
		from = max(0, t.end-t.pos-len(mark)+1)
		if !t.fill() {
			return nil, t.cut()
		}
	}
}

// untilTagEnd takes a tag; a > inside of an attribute's quotes does not end it.
func (t *tags) untilTagEnd() ([]byte, error) {
	at, quote := 1, byte(0)
	for {
		for i := t.pos + at; i < t.end; i++ {
			switch c := t.buf[i]; {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"' || c == '\'':
				quote = c
			case c == '>':
				body := t.buf[t.pos : i+1]
				t.pos = i + 1
				return body, nil
			}
		}
		at = t.end - t.pos
		if !t.fill() {
			return nil, t.cut()
		}
	}
}

func (t *tags) cut() error {
	if t.err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return t.err
}

// fill reads more behind what is there; false at the end, on an error and when a token is too long, with err set.
func (t *tags) fill() bool {
	if t.err != nil {
		return false
	}
	if t.pos > 0 {
		copy(t.buf, t.buf[t.pos:t.end])
		t.end -= t.pos
		t.pos = 0
	}
	if t.end == len(t.buf) {
		if len(t.buf) >= t.most {
			t.err = errTokenTooLong
			return false
		}
		t.buf = append(t.buf, make([]byte, min(len(t.buf), t.most-len(t.buf)))...)
	}
	for range 100 {
		n, err := t.in.Read(t.buf[t.end:])
		t.end += n
		t.read += int64(n)
		if n > 0 {
			if err != nil && err != io.EOF {
				t.err = err
			}
			return true
		}
		if err != nil {
			t.err = err
			return false
		}
	}
	t.err = io.ErrNoProgress
	return false
}

// attr is the value of an attribute of the last start tag; its name is given without prefix.
func (t *tags) attr(name string) (string, bool) {
	for rest := t.attrs; ; {
		key, value, after, ok := cutAttr(rest)
		if !ok {
			return "", false
		}
		if string(key) == name {
			return unescape(value), true
		}
		rest = after
	}
}

// cutAttr cuts the first attribute off those of a tag: its name without prefix and its value, entities not replaced.
func cutAttr(attrs []byte) (key, value, rest []byte, ok bool) {
	equal := bytes.IndexByte(attrs, '=')
	if equal < 0 {
		return nil, nil, nil, false
	}
	key, rest = trimSpace(attrs[:equal]), trimSpace(attrs[equal+1:])
	if len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(rest[1:], rest[0])
	if end < 0 {
		return nil, nil, nil, false
	}
	if colon := bytes.IndexByte(key, ':'); colon >= 0 {
		key = key[colon+1:]
	}
	return key, rest[1 : 1+end], rest[end+2:], true
}

func trimSpace(text []byte) []byte {
	for len(text) > 0 && text[0] <= ' ' {
		text = text[1:]
	}
	for len(text) > 0 && text[len(text)-1] <= ' ' {
		text = text[:len(text)-1]
	}
	return text
}

// content is the last text with entities replaced.
func (t *tags) content() string {
	if t.raw {
		return string(t.text)
	}
	return unescape(t.text)
}

// unescape replaces entities and makes the text valid UTF-8. Unknown entities stay as they are.
func unescape(raw []byte) string {
	if bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '\r') < 0 && utf8.Valid(raw) {
		return string(raw)
	}
	text := strings.ToValidUTF8(string(raw), "\ufffd")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '&')
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		text = text[i:]
		entity, replacement := entityAt(text)
		b.WriteString(replacement)
		text = text[len(entity):]
	}
}

// entityAt reads the entity at the start of text.
func entityAt(text string) (entity, replacement string) {
	end := strings.IndexByte(text[:min(len(text), 12)], ';')
	if end < 0 {
		return "&", "&"
	}
	entity = text[:end+1]
	switch name := entity[1:end]; {
	case name == "lt":
		return entity, "<"
	case name == "gt":
		return entity, ">"
	case name == "amp":
		return entity, "&"
	case name == "quot":
		return entity, `"`
	case name == "apos":
		return entity, "'"
	case strings.HasPrefix(name, "#x"):
		if n, err := strconv.ParseUint(name[2:], 16, 32); err == nil {
			return entity, characterOf(n)
		}
	case strings.HasPrefix(name, "#"):
		if n, err := strconv.ParseUint(name[1:], 10, 32); err == nil {
			return entity, characterOf(n)
		}
	}
	return entity, entity
}

func characterOf(n uint64) string {
	if n == 0 || n > utf8.MaxRune {
		return "\ufffd"
	}
	return string(rune(n))
}

func brokenPart(part string, err error) error {
	return fmt.Errorf("xlsx: read %s: %w", part, err)
}
