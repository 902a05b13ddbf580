package history

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// InsertChains stores records that do not exist yet together with their whole past: each chain holds every version of one
// record, those believed now and those that were superseded, with valid and recorded times of their own. It numbers the
// versions in the order of their recording and sets No and TxNo in place. The error is Invalid, and nothing may be kept,
// when a chain could not have come about by Apply: see checkChain.
func InsertChains(ctx context.Context, tx *db.Tx, t *Table, chains [][]Version) error {
	ctx, stop := context.WithCancel(ctx)
	ready := t.restoredAhead(ctx, tx.No, tx.At, chains)
	defer func() { // leave no goroutine behind that still touches the chains
		stop()
		for range ready {
		}
	}()
	for rows := range ready {
		if rows.err != nil {
			return rows.err
		}
		if err := db.BulkInsert(ctx, tx, t.Versions, t.versionColumns(), rows.versions, ""); err != nil {
			return fmt.Errorf("history: restore %s: %w", t.Versions, err)
		}
		if err := db.BulkInsert(ctx, tx, t.Current, t.currentColumns(), rows.current, ""); err != nil {
			return fmt.Errorf("history: restore %s: %w", t.Current, err)
		}
	}
	for _, chain := range chains {
		tx.Changed(t.Object, chain[0].ID)
	}
	return ctx.Err()
}

// restored is the rows of some chains, or what is wrong with them.
type restored struct {
	versions, current [][]any
	err               error
}

// restoredChains is how many chains are made into rows at a time.
const restoredChains = 512

// restoredAhead makes rows of chains in a goroutine of its own, while those before are written, until ctx ends.
func (t *Table) restoredAhead(ctx context.Context, txNo int64, at value.Instant, chains [][]Version) <-chan restored {
	ready := make(chan restored, 1)
	go func() {
		defer close(ready)
		for group := range slices.Chunk(chains, restoredChains) {
			rows := t.restore(txNo, at, group)
			select {
			case ready <- rows:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ready
}

// restore makes the rows of chains.
func (t *Table) restore(txNo int64, at value.Instant, chains [][]Version) (rows restored) {
	for _, chain := range chains {
		first, last, err := t.checkChain(at, chain)
		if err != nil {
			return restored{err: err}
		}
		for i := range chain {
			chain[i].No, chain[i].TxNo = int64(i+1), txNo
			row, err := versionRow(chain[i])
			if err != nil {
				return restored{err: err}
			}
			rows.versions = append(rows.versions, row)
		}
		row, err := t.currentRow([]segment{{first}, {last}}, int64(len(chain)), txNo)
		if err != nil {
			return restored{err: err}
		}
		rows.current = append(rows.current, row)
	}
	return rows
}

// checkChain orders the versions of one record by their recording and makes sure of what Apply guarantees: one identity,
// cells of the right kind, nothing recorded before it was so or after at, the instant of this transaction, and at every recorded
// instant a chain without gap or overlap up to that instant. It gives the first and the last version that are believed now.
func (t *Table) checkChain(at value.Instant, chain []Version) (first, last Version, err error) {
	if len(chain) == 0 {
		return first, last, fault.New(fault.Invalid, "%s: a record without versions cannot be stored", t.Object)
	}
	slices.SortStableFunc(chain, byRecording)
	asItHappened := true // each version was recorded when it began, and is still believed
	for i := range chain {
		v := &chain[i]
		if err := t.checkVersion(at, chain[0].ID, v); err != nil {
			return first, last, err
		}
		asItHappened = asItHappened && v.RecordedFrom == v.ValidFrom && v.RecordedTo == value.Forever
	}
	believed := chain
	if !asItHappened {
		recordings := recordingsOf(chain)
		believed = make([]Version, 0, len(chain))
		for i, known := range recordings[:len(recordings)-1] {
			believed = appendKnown(believed[:0], chain, known)
			if err := t.checkLinks(believed, recordings[i+1]); err != nil {
				return first, last, fmt.Errorf("as known at %s: %w", known, err)
			}
		}
	} else if err := t.checkLinks(believed, value.Forever); err != nil {
		return first, last, err
	}
	return believed[0], believed[len(believed)-1], nil
}

func (t *Table) checkVersion(at value.Instant, id value.ID, v *Version) error {
	switch {
	case v.ID != id || id.IsZero():
		return t.badChain(*v, "the versions of one record need one ID, not %s", id)
	case len(v.Values) != len(t.Columns):
		return t.badChain(*v, "it has %d cells for %d columns", len(v.Values), len(t.Columns))
	case v.ValidFrom >= v.ValidTo || v.RecordedFrom >= v.RecordedTo:
		return t.badChain(*v, "it begins after its end (valid until %s, recorded until %s)", v.ValidTo, v.RecordedTo)
	case v.ValidFrom > v.RecordedFrom || v.RecordedFrom > at || v.RecordedTo > at && v.RecordedTo != value.Forever:
		return t.badChain(*v, "it was recorded (from %s until %s) before it was so, or after now", v.RecordedFrom, v.RecordedTo)
	}
	for i, cell := range v.Values {
		normal, err := t.Columns[i].normal(cell)
		if err != nil {
			return t.badChain(*v, "%w", err)
		}
		v.Values[i] = normal
	}
	return nil
}

// recordingsOf lists the instants at which what is known of a record changed, and value.Forever.
func recordingsOf(chain []Version) []value.Instant {
	instants := append(make([]value.Instant, 0, 2*len(chain)+1), value.Forever)
	for _, v := range chain {
		instants = append(instants, v.RecordedFrom, v.RecordedTo)
	}
	slices.Sort(instants)
	return slices.Compact(instants)
}

// appendKnown adds to found what was believed at an instant of recording, oldest first.
func appendKnown(found, chain []Version, known value.Instant) []Version {
	for _, v := range chain {
		if v.RecordedFrom <= known && v.RecordedTo > known {
			found = append(found, v)
		}
	}
	slices.SortFunc(found, func(a, b Version) int { return cmp.Compare(a.ValidFrom, b.ValidFrom) })
	return found
}

// checkLinks makes sure that versions follow each other without gap or overlap until an instant at least. That is the next
// recording and not always value.Forever, because what was shortened as things happened shows its later end.
func (t *Table) checkLinks(chain []Version, until value.Instant) error {
	for i := range chain {
		last := i == len(chain)-1
		if last && chain[i].ValidTo < until || !last && chain[i].ValidTo != chain[i+1].ValidFrom {
			return t.badChain(chain[i], "no other version begins where it ends, at %s", chain[i].ValidTo)
		}
	}
	if len(chain) == 0 {
		return fault.New(fault.Invalid, "%s: nothing is believed of a record any more", t.Object)
	}
	return nil
}

func (t *Table) badChain(v Version, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s %s, version valid from %s: %w", t.Object, v.ID, v.ValidFrom, fmt.Errorf(format, args...))
}

func byRecording(a, b Version) int {
	return cmp.Or(cmp.Compare(a.RecordedFrom, b.RecordedFrom), cmp.Compare(a.ValidFrom, b.ValidFrom))
}
