package connect

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
)

// chunkRows is how many rows one transaction takes, and chunkBytes how much text. More gain little; fewer pay for their
// commit.
const (
	chunkRows  = 8192
	chunkBytes = 8 << 20
)

// stepRows is how many rows of a chunk are made into changes while those before are written.
const stepRows = 512

// chunk is a group of rows of one table on its way from the goroutine that parses to the one that writes.
type chunk struct {
	rows   []*row
	bad    []badRow
	noted  map[string]int64 // what the parser decided, by code
	bytes  int              // of the cells
	offset int64            // how far the table has been read
	tried  bool             // a transaction of these rows was not kept
	err    error            // the reading ends here
}

// badRow is a row that could not be parsed.
type badRow struct {
	line    int64
	problem problem
}

// importTable reads one table. While a chunk is being written, the next one is parsed.
func (im *importer) importTable(ctx context.Context, t *tablePlan) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := im.findFresh(ctx, t); err != nil {
		return err
	}
	chunks := make(chan *chunk)
	p := im.newParser(t)
	go func() {
		defer close(chunks)
		p.readTable(ctx, chunks)
	}()
	defer func() {
		cancel()
		for range chunks { // lets the reader end before the tables are closed
		}
	}()
	seen := newSeen()
	first := true
	for c := range chunks {
		if first && im.fresh == t.object.Name {
			if err := im.lookElsewhere(ctx, t, c.rows); err != nil {
				return err
			}
		}
		first = false
		if len(c.rows)+len(c.bad) > 0 {
			if err := im.importChunk(ctx, t, c, seen); err != nil {
				return err
			}
		}
		if c.err != nil {
			return c.err
		}
		if err := im.easeLoad(ctx, t, c.offset); err != nil {
			return err
		}
		im.rowsRead += int64(len(c.rows) + len(c.bad))
		im.progress(t, c.offset, false)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if t.history() {
		return nil
	}
	return im.applyRepeated(ctx, t)
}

// readTable parses the table and sends it in chunks until it ends or ctx does.
func (p *parser) readTable(ctx context.Context, chunks chan<- *chunk) {
	c, most := &chunk{}, cmp.Or(p.options.chunkRows, chunkRows)
	send := func() bool {
		c.noted, p.noted = p.noted, map[string]int64{}
		select {
		case chunks <- c:
		case <-ctx.Done():
			return false
		}
		c = &chunk{rows: make([]*row, 0, most)}
		return true
	}
	for in, err := range p.t.table.Rows(ctx) {
		if broken, ok := errors.AsType[*tabular.RowError](err); ok {
			bad := badRow{line: broken.Line, problem: problem{reason: broken.Reason}}
			if i := broken.Column - 1; i >= 0 && i < len(p.t.table.Header) {
				bad.problem.column = &column{header: p.t.table.Header[i]}
			}
			c.bad = append(c.bad, bad)
		} else if err != nil {
			c.err = err
			break
		} else if r, wrong := p.parse(in); wrong != nil {
			c.bad = append(c.bad, badRow{in.Line, *wrong})
		} else {
			c.rows = append(c.rows, r)
		}
		for _, text := range in.Cells {
			c.bytes += len(text)
		}
		c.offset = max(c.offset, in.Offset)
		if (len(c.rows)+len(c.bad) >= most || c.bytes >= chunkBytes) && !send() {
			return
		}
	}
	send()
}

// importChunk stores the rows of a chunk in one transaction. Where the database refuses it because of some row, every
// row gets a transaction of its own, so that only the refused ones are rejected.
func (im *importer) importChunk(ctx context.Context, t *tablePlan, c *chunk, seen *seen) error {
	err := im.importRows(ctx, t, c, seen)
	if fault.KindOf(err) == fault.Invalid && im.trial == nil {
		im.careful = true
		err = im.importRows(ctx, t, c, seen)
		im.careful = false
	}
	if err == nil || ctx.Err() != nil || !causedByRow(err) || im.trial != nil || len(c.rows) == 0 {
		return err
	}
	if len(c.rows) > 1 || len(c.bad) > 0 {
		for _, r := range c.rows {
			if err := im.importChunk(ctx, t, &chunk{rows: []*row{r}, tried: true}, seen); err != nil {
				return err
			}
		}
		return im.importRows(ctx, t, &chunk{bad: c.bad, noted: c.noted}, seen)
	}
	if im.refused++; im.refused > maxRefused {
		return err
	}
	refused := badRow{c.rows[0].line, problem{reason: "the database refuses this row: " + err.Error()}}
	return im.importRows(ctx, t, &chunk{bad: []badRow{refused}}, seen)
}

// maxRefused is how many rows the database may refuse in an import: if it refuses more, it is not the rows' fault.
const maxRefused = 100

// importRows is one transaction of an import.
func (im *importer) importRows(ctx context.Context, t *tablePlan, c *chunk, seen *seen) error {
	return im.writeTable(ctx, t, func(tx *db.Tx, y *tally) error {
		if c.tried {
			for _, r := range c.rows {
				r.set = r.filled(t.object) // without what was joined in vain
			}
		}
		c.tried = true
		y.read = int64(len(c.rows) + len(c.bad))
		for _, bad := range c.bad {
			y.reject(bad.line, bad.problem)
		}
		for code, rows := range c.noted {
			y.notes[noteKey{code, t.table.Path}] += rows
		}
		if t.history() {
			return im.setHistoryAside(ctx, tx, y, c.rows)
		}
		for rows := range slices.Chunk(c.rows, stepRows) {
			if err := im.applyRecords(ctx, tx, y, rows, seen); err != nil {
				return err
			}
		}
		return nil
	})
}

// progress tells the caller how far the import is.
func (im *importer) progress(t *tablePlan, offset int64, finishing bool) {
	if im.options.Progress == nil {
		return
	}
	p := Progress{Tables: len(im.plans), Rows: im.rowsRead, Bytes: im.bytesDone + offset, Elapsed: time.Since(im.began), Finishing: finishing}
	for i, other := range im.plans {
		p.BytesAll += other.table.Size
		if other == t {
			p.Table, p.TableNo = t.table.Path, i+1
		}
	}
	im.options.Progress(p)
}

// causedByRow says whether an error of the database may be the fault of what a row says, rather than of the database.
func causedByRow(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	kind := fault.KindOf(err)
	return kind == fault.Invalid || kind == fault.Internal
}
