package tabular

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"zveno.dev/zveno/internal/fault"
)

const (
	sampleBytes = 256 << 10 // of the beginning, for detection
	probeBytes  = 16 << 10  // at other places of the file, for the encoding
	probes      = 16
)

// openText detects a text file's format from its beginning, and its encoding from places all over it.
func openText(ctx context.Context, src source, asked Format) (*Table, error) {
	in, packed, err := src.openStream(ctx)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	buffered := bufio.NewReaderSize(in, sampleBytes)
	head, err := buffered.Peek(sampleBytes)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if err := checkText(head, src.path); err != nil {
		return nil, err
	}
	format := asked
	format.detectEncoding(src.samples(head, packed))
	text, whole, err := sampleText(buffered, format, src)
	if err != nil {
		return nil, err
	}
	if isBinary(text) {
		return nil, fault.New(fault.Invalid, "tabular: open %s: the file %s", src.path, adviceBinary)
	}
	table := &Table{Name: src.base, Path: src.path, Size: src.size, limits: src.limit, Notes: format.encodingNote()}
	if packed && !strings.HasSuffix(strings.ToLower(src.path), ".gz") {
		table.Notes = append(table.Notes, note("compressed"))
	}
	if err := table.detectText(text, whole, format); err != nil {
		return nil, err
	}
	table.each = func(ctx context.Context, t *Table, yield func(Row, error) bool) []Note {
		t.eachText(ctx, src, yield)
		return nil
	}
	table.reformat = func(ctx context.Context, t *Table, asked Format) (*Table, error) { return openText(ctx, src, asked) }
	return table, nil
}

// checkText refuses what is no text table.
func checkText(head []byte, path string) error {
	if len(bytes.Trim(head, " \t\r\n\xef\xbb\xbf")) == 0 {
		return fault.New(fault.Invalid, "tabular: open %s: the file is empty", path)
	}
	if bytes.HasPrefix(head, []byte(zipMagic)) {
		return fault.New(fault.Invalid, "tabular: open %s: it is an archive inside of an archive: unpack the outer one first", path)
	}
	if advice := binaryAdvice(head); advice != "" {
		return fault.New(fault.Invalid, "tabular: open %s: the file %s", path, advice)
	}
	return nil
}

// samples are the file's beginning and, where reading there is cheap, pieces from all over it.
func (src source) samples(head []byte, packed bool) [][]byte {
	samples := [][]byte{head}
	if packed || src.probe == nil || src.size <= int64(len(head)) {
		return samples
	}
	step := (src.size - int64(len(head))) / probes
	for i := range int64(probes) {
		piece := make([]byte, probeBytes)
		n := src.probe(int64(len(head))+i*step, piece)
		samples = append(samples, piece[:n])
	}
	return samples
}

// sampleText is the beginning as UTF-8: whole when the file ends with it, else cut behind its last line end. It is longer
// than sampleBytes only when the first line is.
func sampleText(in io.Reader, format Format, src source) (text []byte, whole bool, err error) {
	decoded, err := format.reader(in)
	if err != nil {
		return nil, false, err
	}
	text = make([]byte, 0, sampleBytes)
	for {
		n, err := io.ReadFull(decoded, text[len(text):cap(text)])
		text = text[:len(text)+n]
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return text, true, nil
		}
		if err != nil {
			return nil, false, err
		}
		if i := bytes.LastIndexAny(text, "\r\n"); i >= 0 {
			return text[:i+1], false, nil
		}
		if len(text) > src.limit.LineBytes {
			return nil, false, fault.New(fault.Invalid, "tabular: open %s: line 1: %s", src.path, tooLongReason(src.limit.LineBytes))
		}
		if bytes.IndexByte(text, 0) >= 0 && isBinary(text) {
			return text, false, nil
		}
		text = append(text, make([]byte, len(text))...)[:len(text)]
	}
}

// detectText fills in the rest of the format, the header and the notes from the beginning of the text.
func (t *Table) detectText(text []byte, whole bool, format Format) error {
	format.detectLineEnd(text)
	format.detectDelimiter(text, t.limits, strings.HasSuffix(strings.ToLower(t.Path), ".tsv"))
	rows := sampleRows(text, whole, format, t.limits)
	if len(rows) == 0 || format.Delimiter == NoDelimiter && len(bytes.Trim(text, " \t\r\n,;|\"")) == 0 {
		return fault.New(fault.Invalid, "tabular: open %s: the file has no rows", t.Path)
	}
	format.detectComment(rows)
	t.Format = format
	t.Notes = append(t.Notes, format.textNotes()...)
	return t.detectHeader(rows)
}

// eachText streams the rows of a text file.
func (t *Table) eachText(ctx context.Context, src source, yield func(Row, error) bool) {
	in, _, err := src.openStream(ctx)
	if err != nil {
		yield(Row{}, err)
		return
	}
	defer in.Close()
	decoded, err := t.Format.reader(in)
	if err != nil {
		yield(Row{}, err)
		return
	}
	scan := newScanner(decoded, t.Path, t.Format, t.limits, len(t.Header))
	if err := scan.skipLines(t.Format.dataLine - 1); err != nil {
		yield(Row{}, err)
		return
	}
	for {
		row, err := scan.next()
		if err == io.EOF {
			return
		}
		row.Offset = in.taken.n
		if !yield(row, err) || err != nil && !isRowError(err) {
			return
		}
	}
}
