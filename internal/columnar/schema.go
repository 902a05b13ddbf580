package columnar

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Type is the type of a column. Every column but the key may hold NULL.
type Type uint8

// The types, with what a row holds for each in Go.
const (
	Small  Type = iota // SMALLINT, int16
	Int                // INTEGER, int32
	Big                // BIGINT, int64
	Double             // DOUBLE PRECISION, float64
	Text               // TEXT, string
	Bool               // BOOLEAN, bool
)

// String is the type's name in SQL, the same in both engines.
func (t Type) String() string {
	return [...]string{"SMALLINT", "INTEGER", "BIGINT", "DOUBLE PRECISION", "TEXT", "BOOLEAN"}[t]
}

// Column is a column of a table.
type Column struct {
	Name string
	Type Type
}

// Table is the shape of a table.
type Table struct {
	Name    string
	Columns []Column
	Key     string   // Int column: Apply replaces the rows of a record by it. "" = a small table, always replaced whole
	Indexes []string // columns of each index besides that of the key, like "stage_no, entered_us"; PostgreSQL only
}

// Schema is all tables of a projection. Version changes when rows of the same shape come to mean something else.
type Schema struct {
	Tables  []Table
	Version string
}

// layoutVersion is part of each fingerprint; it goes up when this package stores the same schema in another way.
const layoutVersion = 2

// stateTable holds one row: what the tables are, how far they have followed, and how many rows Apply has changed since
// they were last compacted. A projection without that row is unfinished.
const stateTable = "columnar_state"

const stateDDL = "CREATE TABLE " + stateTable + " (fingerprint TEXT, store TEXT, tx_no BIGINT, build TEXT, changed_rows BIGINT)"

// What both engines do with the state row.
const (
	insertState  = "INSERT INTO " + stateTable + " VALUES ($1, $2, $3, $4, 0)"
	advanceState = "UPDATE " + stateTable + " SET tx_no = $1, changed_rows = changed_rows + $2"
	selectState  = "SELECT store, tx_no, build FROM " + stateTable + " WHERE fingerprint = $1"
	settleState  = "UPDATE " + stateTable + " SET changed_rows = changed_rows - $1"
)

// Fingerprint identifies the schema: tables with another fingerprint are of no use.
func (s Schema) Fingerprint() string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%d %q\n", layoutVersion, s.Version)
	for _, t := range s.Tables {
		fmt.Fprintf(hash, "%q %q %q\n", t.Name, t.Key, t.Indexes)
		for _, c := range t.Columns {
			fmt.Fprintf(hash, "%q %s\n", c.Name, c.Type)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// Table is the table of that name; without columns if there is none.
func (s Schema) Table(name string) Table {
	t, _ := s.table(name)
	return t
}

func (s Schema) table(name string) (Table, error) {
	i := slices.IndexFunc(s.Tables, func(t Table) bool { return t.Name == name })
	if i < 0 {
		return Table{}, fmt.Errorf("the schema has no table %q", name)
	}
	return s.Tables[i], nil
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// check finds what would make wrong SQL: names go into it as they are.
func (s Schema) check() error {
	for i, t := range s.Tables {
		if !identifier.MatchString(t.Name) || strings.HasPrefix(t.Name, "columnar_") || len(t.Columns) == 0 {
			return fmt.Errorf("table %d: %q is no good name, or it has no column", i, t.Name)
		}
		if slices.IndexFunc(s.Tables, func(other Table) bool { return other.Name == t.Name }) != i {
			return fmt.Errorf("table %s is there twice", t.Name)
		}
		for _, c := range t.Columns {
			if !identifier.MatchString(c.Name) || c.Type > Bool {
				return fmt.Errorf("table %s: column %q has no good name or type", t.Name, c.Name)
			}
		}
		if t.Key != "" && !slices.Contains(t.Columns, Column{t.Key, Int}) {
			return fmt.Errorf("table %s: the key %q is no Int column of it", t.Name, t.Key)
		}
	}
	return nil
}

func (t Table) ddl(prefix string) string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = c.Name + " " + c.Type.String()
	}
	return prefix + " " + t.Name + " (" + strings.Join(columns, ", ") + ")"
}

func (t Table) columnNames() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// encode copies a row into dst after checking that it fits the columns.
func (t Table) encode(dst []driver.Value, row []any) error {
	if len(row) != len(t.Columns) {
		return fmt.Errorf("%s: a row of %d values for %d columns", t.Name, len(row), len(t.Columns))
	}
	for i, v := range row {
		fits := true
		dst[i] = v
		switch v := v.(type) {
		case nil:
			fits = t.Columns[i].Name != t.Key
		case int16:
			fits = t.Columns[i].Type == Small
		case int32:
			fits = t.Columns[i].Type == Int
		case int64:
			fits = t.Columns[i].Type == Big
		case float64:
			fits = t.Columns[i].Type == Double
		case bool:
			fits = t.Columns[i].Type == Bool
		case string:
			fits = t.Columns[i].Type == Text
			dst[i] = storableText(v)
		default:
			fits = false
		}
		if !fits {
			return fmt.Errorf("%s.%s is %s and cannot hold a %T", t.Name, t.Columns[i].Name, t.Columns[i].Type, v)
		}
	}
	return nil
}

// storable reports whether both engines take the text as it is: PostgreSQL refuses a zero byte, and what is not UTF-8
// becomes NULL in DuckDB without a word.
func storable(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}
