package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"zveno.dev/zveno/internal/fault"
)

// maxFileBytes bounds a mapping file.
const maxFileBytes = 8 << 20

// Save writes a mapping as JSON for people to read and edit, one line for each column.
func Save(w io.Writer, m Mapping) error {
	var text bytes.Buffer
	fmt.Fprintf(&text, "{\n  \"source\": %s,\n  \"tables\": [", oneLine(m.Source))
	for i, t := range m.Tables {
		fmt.Fprintf(&text, "%s\n    {\n      \"name\": %s,\n      \"object\": %s,\n      \"shape\": %s,\n",
			comma(i), oneLine(t.Name), oneLine(t.Object), oneLine(t.Shape))
		if len(t.Set) > 0 {
			fmt.Fprintf(&text, "      \"set\": %s,\n", oneLine(t.Set))
		}
		if len(t.Fields) > 0 {
			fmt.Fprintf(&text, "      \"fields\": %s,\n", oneLine(t.Fields))
		}
		text.WriteString("      \"columns\": [")
		for j, c := range t.Columns {
			fmt.Fprintf(&text, "%s\n        %s", comma(j), oneLine(c))
		}
		text.WriteString("\n      ]\n    }")
	}
	text.WriteString("\n  ]\n}\n")
	if _, err := w.Write(text.Bytes()); err != nil {
		return fmt.Errorf("mapping: save: %w", err)
	}
	return nil
}

func comma(i int) string {
	if i > 0 {
		return ","
	}
	return ""
}

// oneLine is a value as JSON without line breaks; strings and maps of them cannot fail.
func oneLine(v any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return "null"
	}
	return string(bytes.TrimSpace(text.Bytes()))
}

// Load reads a mapping that Save wrote or a person edited, and checks it. Errors are Invalid and say line, or table and
// column, and what is allowed.
func Load(r io.Reader) (Mapping, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFileBytes+1))
	if err != nil {
		return Mapping{}, fmt.Errorf("mapping: load: %w", err)
	}
	if len(data) > maxFileBytes {
		return Mapping{}, fault.New(fault.Invalid, "mapping: load: the file is larger than %d MB", maxFileBytes>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var m Mapping
	if err := decoder.Decode(&m); err != nil {
		return Mapping{}, fault.New(fault.Invalid, "mapping: load: line %d: %w", lineOf(data, err, decoder.InputOffset()), plainJSON(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Mapping{}, fault.New(fault.Invalid, "mapping: load: line %d: there is something behind the mapping", line(data, decoder.InputOffset()))
	}
	for i := range m.Tables {
		if m.Tables[i].Shape == "" {
			m.Tables[i].Shape = Records
		}
	}
	if err := Check(m); err != nil {
		return Mapping{}, err
	}
	return m, nil
}

// lineOf is the line of the file that an error of the decoder is about.
func lineOf(data []byte, err error, offset int64) int {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = syntax.Offset
	} else if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = mistyped.Offset
	}
	return line(data, offset)
}

func line(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(max(offset, 0), int64(len(data)))], []byte("\n"))
}

// plainJSON says in words what is wrong with the JSON.
func plainJSON(err error) error {
	if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%q is a %s where a %s is expected", mistyped.Field, mistyped.Value, mistyped.Type)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file is empty or ends too early")
	}
	return err
}
