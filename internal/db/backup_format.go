package db

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"zveno.dev/zveno/internal/value"
)

// A backup is a gzipped tar: the manifest, then for each table its rows in chunks named table/000001, then the checksums,
// whose presence shows that the backup is whole. It knows nothing of the engine that made it.
const (
	backupFormat   = 1
	manifestName   = "zveno-backup.json"
	checksumsName  = "checksums.json"
	chunkBytes     = 1 << 20   // rows are collected up to this size
	maxChunkBytes  = 256 << 20 // one row may be larger than chunkBytes, but not endless
	maxHeaderBytes = 16 << 20  // of manifest and checksums
)

type manifest struct {
	Format int           `json:"format"`
	Engine string        `json:"engine"` // that made it; for the reader's interest
	Schema int64         `json:"schema_version"`
	At     value.Instant `json:"at"`
	Tables []tableShape  `json:"tables"`
}

type tableShape struct {
	Name    string        `json:"name"`
	Columns []columnShape `json:"columns"`
}

type columnShape struct {
	Name string     `json:"name"`
	Type columnType `json:"type"`
}

// columnType is one of the types that both engines have.
type columnType string

const (
	typeUUID    columnType = "UUID"
	typeText    columnType = "TEXT"
	typeBigint  columnType = "BIGINT"
	typeBoolean columnType = "BOOLEAN"
	typeDouble  columnType = "DOUBLE PRECISION"
)

type checksums struct {
	Tables []tableSum `json:"tables"` // in the manifest's order
}

type tableSum struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // over all chunks
}

var errDamagedRow = errors.New("a row is damaged")

// appendValue encodes a column's value as a driver gives it.
func appendValue(b []byte, kind columnType, v any) ([]byte, error) {
	if v == nil {
		return append(b, 0), nil
	}
	switch kind {
	case typeUUID:
		var id value.ID
		if err := id.Scan(v); err != nil {
			return nil, err
		}
		return append(append(b, 1), id[:]...), nil
	case typeText:
		if text, ok := v.(string); ok {
			return append(binary.AppendUvarint(b, uint64(len(text))+1), text...), nil
		}
	case typeBigint:
		if n, ok := v.(int64); ok {
			return binary.AppendVarint(append(b, 1), n), nil
		}
	case typeBoolean:
		switch v {
		case false, int64(0):
			return append(b, 1), nil
		case true, int64(1):
			return append(b, 2), nil
		}
	case typeDouble:
		switch x := v.(type) {
		case float64:
			return binary.BigEndian.AppendUint64(append(b, 1), math.Float64bits(x)), nil
		case int64:
			return binary.BigEndian.AppendUint64(append(b, 1), math.Float64bits(float64(x))), nil
		}
	}
	return nil, fmt.Errorf("a value of type %s was expected, not %T", kind, v)
}

// readValue decodes one value and returns the rest of b.
func readValue(b []byte, kind columnType) (v any, rest []byte, err error) {
	switch {
	case len(b) == 0:
		return nil, nil, errDamagedRow
	case b[0] == 0:
		return nil, b[1:], nil
	case kind == typeUUID && len(b) > 16:
		return b[1:17:17], b[17:], nil
	case kind == typeText:
		size, n := binary.Uvarint(b)
		if n <= 0 || size-1 > uint64(len(b)-n) {
			return nil, nil, errDamagedRow
		}
		end := n + int(size-1)
		return string(b[n:end]), b[end:], nil
	case kind == typeBigint:
		number, n := binary.Varint(b[1:])
		if n <= 0 {
			return nil, nil, errDamagedRow
		}
		return number, b[1+n:], nil
	case kind == typeBoolean:
		return b[0] == 2, b[1:], nil
	case kind == typeDouble && len(b) > 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b[1:])), b[9:], nil
	}
	return nil, nil, errDamagedRow
}

// readRow decodes one row into row and returns the rest of b.
func (t *tableShape) readRow(b []byte, row []any) (rest []byte, err error) {
	for i, column := range t.Columns {
		if row[i], b, err = readValue(b, column.Type); err != nil {
			return nil, fmt.Errorf("table %s, column %s: %w", t.Name, column.Name, err)
		}
	}
	return b, nil
}

func (t *tableShape) columnNames() []string {
	names := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		names[i] = column.Name
	}
	return names
}
