package tabular

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"zveno.dev/zveno/internal/fault"
)

// Encoding is how a file writes characters as bytes.
type Encoding string

// The encodings that are detected. Any other single-byte encoding can be asked for by name ("ISO 8859-7", "Windows 1250").
const (
	UTF8        Encoding = "UTF-8"
	UTF16LE     Encoding = "UTF-16LE"
	UTF16BE     Encoding = "UTF-16BE"
	Windows1251 Encoding = "Windows 1251"
	Windows1252 Encoding = "Windows 1252"
	KOI8R       Encoding = "KOI8-R"
	CP866       Encoding = "IBM Code Page 866"
	MacCyrillic Encoding = "Macintosh Cyrillic"
)

// table finds a single-byte encoding by its name, however spaced or hyphenated.
func (e Encoding) table() (*charmap.Charmap, error) {
	fold := func(name string) string {
		return strings.ToLower(strings.NewReplacer("-", "", " ", "", "_", "").Replace(name))
	}
	for _, known := range charmap.All {
		table, ok := known.(*charmap.Charmap)
		if ok && fold(table.String()) == fold(string(e)) {
			return table, nil
		}
	}
	return nil, fault.InvalidField("encoding", "%q is not a known encoding: use UTF-8, UTF-16LE, Windows 1251, Windows 1252 or another single-byte one", string(e))
}

// reader turns the file's bytes into UTF-8 and drops a byte order mark.
func (f Format) reader(in io.Reader) (io.Reader, error) {
	var decoding encoding.Encoding
	switch f.Encoding {
	case UTF8:
		return skipPrefix(in, "\xef\xbb\xbf")
	case UTF16LE:
		decoding = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case UTF16BE:
		decoding = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	default:
		table, err := f.Encoding.table()
		if err != nil {
			return nil, err
		}
		decoding = table
	}
	return skipPrefix(decoding.NewDecoder().Reader(in), "\ufeff")
}

// skipPrefix drops prefix from the start of in, if it is there.
func skipPrefix(in io.Reader, prefix string) (io.Reader, error) {
	head := make([]byte, len(prefix))
	n, err := io.ReadFull(in, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	if string(head[:n]) == prefix {
		return in, nil
	}
	return io.MultiReader(bytes.NewReader(head[:n]), in), nil
}

// repairText makes the cell valid UTF-8: bytes that are not are read in the fallback encoding, zero bytes are left out.
func repairText(cell string, fallback *charmap.Charmap) string {
	if utf8.ValidString(cell) && strings.IndexByte(cell, 0) < 0 {
		return cell
	}
	var b strings.Builder
	for i := 0; i < len(cell); {
		r, size := utf8.DecodeRuneInString(cell[i:])
		if r == utf8.RuneError && size == 1 {
			r = fallback.DecodeByte(cell[i])
		}
		if r != 0 {
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// detectEncoding fills in the encoding from samples of the file; the first sample is its beginning.
func (f *Format) detectEncoding(samples [][]byte) {
	head := samples[0]
	f.BOM = bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) || bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
	if f.Encoding != "" {
		f.EncodingSure = Asked
		return
	}
	f.Encoding, f.EncodingSure = UTF8, Certain
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		f.Encoding = UTF16LE
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		f.Encoding = UTF16BE
	case utf16Pattern(head) != "":
		f.Encoding, f.EncodingSure = utf16Pattern(head), Likely
	default:
		f.detectByteEncoding(samples)
	}
}

// detectByteEncoding tells UTF-8 from the single-byte encodings: text in one of those is practically never valid UTF-8.
func (f *Format) detectByteEncoding(samples [][]byte) {
	var multi, invalid int
	for _, sample := range samples {
		m, i := countUTF8(sample)
		multi, invalid = multi+m, invalid+i
	}
	switch {
	case f.BOM:
	case invalid == 0 && multi == 0:
		f.EncodingSure = Likely // plain ASCII as far as was looked
	case invalid == 0:
	case multi >= 3*invalid:
		f.Fallback = guessTable(withoutUTF8(samples), Windows1252)
	default:
		f.Encoding, f.EncodingSure = guessTable(samples, Windows1252), Likely
		if !f.readsWell(samples) {
			f.EncodingSure = Guess
		}
	}
}

// withoutUTF8 leaves of the samples what is not valid UTF-8 beyond ASCII.
func withoutUTF8(samples [][]byte) [][]byte {
	var rest [][]byte
	for _, sample := range samples {
		var kept []byte
		for i := 0; i < len(sample); {
			r, size := utf8.DecodeRune(sample[i:])
			if size == 1 || r == utf8.RuneError {
				kept = append(kept, sample[i:i+size]...)
			} else {
				kept = append(kept, ' ')
			}
			i += size
		}
		rest = append(rest, kept)
	}
	return rest
}

// countUTF8 counts valid sequences of several bytes and invalid bytes. A sample may begin and end inside of a sequence.
func countUTF8(sample []byte) (multi, invalid int) {
	for len(sample) > 0 && !utf8.RuneStart(sample[0]) && multi < 3 {
		sample, multi = sample[1:], multi+1
	}
	multi = 0
	for i := 0; i < len(sample); {
		if sample[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(sample[i:])
		switch {
		case r != utf8.RuneError || size > 1:
			multi++
		case utf8.FullRune(sample[i:]):
			invalid++
		}
		i += size
	}
	return multi, invalid
}

// utf16Pattern recognises UTF-16 without a mark by where zero bytes stand: delimiters, digits and line ends have one in
// every text, always in the same half of the unit. Most other units must be Latin, Cyrillic or punctuation.
func utf16Pattern(head []byte) Encoding {
	head = head[:min(len(head), 64<<10)&^1]
	var high [2][256]int // how often each byte stands first and second in a unit
	for i, b := range head {
		high[i&1][b]++
	}
	units := len(head) / 2
	even, odd := high[0][0], high[1][0]
	for half, encoding := range [2]Encoding{UTF16BE, UTF16LE} {
		here, there := even, odd
		if half == 1 {
			here, there = odd, even
		}
		usual := here + high[half][0x04] + high[half][0x20] + high[half][0x21]
		if here >= max(2, units/20) && here > 20*there && 2*usual > units {
			return encoding
		}
	}
	return ""
}

// encodingNote tells what was detected, unless it is what everybody expects.
func (f Format) encodingNote() []Note {
	if f.Encoding == UTF8 {
		return nil
	}
	return []Note{note("encoding", fmt.Sprint(f.Encoding))}
}
