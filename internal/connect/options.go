package connect

import (
	"io"
	"time"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/value"
)

// ImportOptions says how to read files and what to do with them. The zero value takes everything from the files, and the
// rest from the company's settings.
type ImportOptions struct {
	Mapping      *mapping.Mapping // nil = propose one from the files
	Source       string           // system that the files come from; "" = as the mapping says
	DryRun       bool             // report what would happen, and keep nothing
	CustomFields bool             // make custom fields of columns that the mapping does not know
	Currency     string           // ISO 4217, of amounts that do not name theirs; "" = the company's
	Zone         *time.Location   // of days and of times without a zone; nil = the company's
	DateOrder    string           // "dmy", "mdy" or "ymd", where a column's values leave it open
	Answers      []mapping.Answer // to the questions of an earlier report
	Actor        value.Actor      // who imports; the zero actor is Zveno itself
	Rejects      io.Writer        // gets every rejected row's place and reason as CSV; nil = none
	Progress     func(Progress)   // called after each group of rows, from one goroutine; nil = not

	askedCurrency string // Currency before the company's was put in the place of none
	chunkRows     int    // rows in one transaction; 0 = chunkRows
}

// Progress says how far an import is.
type Progress struct {
	Table     string // path of the table being read
	TableNo   int    // from 1
	Tables    int
	Rows      int64 // read so far, of all tables
	Bytes     int64 // read so far, of all tables whose size is known
	BytesAll  int64
	Elapsed   time.Duration
	Finishing bool // all rows are read; references and histories are being joined
}

func (o ImportOptions) zone() *time.Location {
	if o.Zone == nil {
		return time.UTC
	}
	return o.Zone
}
