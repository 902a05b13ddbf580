package connect

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
)

// The most entries of the report's lists.
const (
	maxRejections = 1000
	maxReasons    = 200
	maxUnresolved = 1000
)

// tally counts what one transaction did. It enters the report when the transaction has been committed, and is thrown away
// with one that was not.
type tally struct {
	t                                 *tablePlan // nil = of no table
	read, created, updated, unchanged int64
	rejections                        []Rejection
	rejected                          map[*tablePlan]int64
	pasts                             map[*tablePlan]pastCount
	unresolved                        map[miss]int64
	notes                             map[noteKey]int64
	made                              map[string]int64
}

// miss is a reference that resolved to nothing.
type miss struct {
	column    *column
	t         *tablePlan
	object    string
	named     string
	ambiguous int
}

type noteKey struct{ code, file string }

func newTally(t *tablePlan) *tally {
	return &tally{t: t, rejected: map[*tablePlan]int64{}, unresolved: map[miss]int64{}, notes: map[noteKey]int64{}, made: map[string]int64{}}
}

// pastCount counts rows about the past by whether they changed it.
type pastCount struct{ updated, unchanged int64 }

func (y *tally) countPast(t *tablePlan, o history.Outcome) {
	if y.pasts == nil {
		y.pasts = map[*tablePlan]pastCount{}
	}
	c := y.pasts[t]
	if o.Updated || o.Created {
		c.updated++
	} else {
		c.unchanged++
	}
	y.pasts[t] = c
}

// reject counts a row that is not imported.
func (y *tally) reject(line int64, p problem) {
	r := Rejection{File: y.t.table.Path, Line: line, Value: shorten(p.cell), Reason: p.reason}
	if p.column != nil {
		r.Column = p.column.header
	}
	y.rejections = append(y.rejections, r)
	y.rejected[y.t]++
}

// note counts a row about which something was decided.
func (y *tally) note(code string) { y.notes[noteKey{code, y.t.table.Path}]++ }

// shorten cuts a cell for a message, at the end of a letter.
func shorten(text string) string { return shortenTo(text, 80) }

func shortenTo(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// collector builds the report.
type collector struct {
	report     Report
	tables     map[*tablePlan]*TableReport
	reasons    map[string]int64
	unresolved map[miss]int64
	notes      map[noteKey]int64
	made       map[string]int64
	rejects    *csv.Writer // nil = not wanted
}

func newCollector(plans []*tablePlan, rejects io.Writer) (*collector, error) {
	c := &collector{tables: map[*tablePlan]*TableReport{}, reasons: map[string]int64{}, unresolved: map[miss]int64{},
		notes: map[noteKey]int64{}, made: map[string]int64{}}
	c.report.Tables = make([]TableReport, len(plans))
	for i, t := range plans {
		c.report.Tables[i] = TableReport{Path: t.table.Path, Object: t.object.Name, Shape: t.shape}
		c.tables[t] = &c.report.Tables[i]
	}
	if rejects != nil {
		c.rejects = csv.NewWriter(rejects)
		if err := c.rejects.Write([]string{"file", "line", "column", "value", "reason"}); err != nil {
			return nil, rejectsFault(err)
		}
	}
	return c, nil
}

func rejectsFault(err error) error {
	return fault.New(fault.Unavailable, "connect: the list of rejected rows cannot be written: %w", err)
}

// add enters what a committed transaction did.
func (c *collector) add(y *tally) error {
	if t := c.tables[y.t]; t != nil {
		t.Read += y.read
		t.Created += y.created
		t.Updated += y.updated
		t.Unchanged += y.unchanged
	}
	for t, rows := range y.rejected {
		c.tables[t].Rejected += rows
	}
	for t, past := range y.pasts {
		c.tables[t].Updated += past.updated
		c.tables[t].Unchanged += past.unchanged
	}
	for _, r := range y.rejections {
		if len(c.report.Rejections) < maxRejections {
			c.report.Rejections = append(c.report.Rejections, r)
		}
		addBounded(c.reasons, reasonOf(r), 1, maxReasons)
		if c.rejects != nil {
			if err := c.rejects.Write([]string{r.File, strconv.FormatInt(r.Line, 10), r.Column, r.Value, r.Reason}); err != nil {
				return rejectsFault(err)
			}
		}
	}
	for m, rows := range y.unresolved {
		m.named = strings.Clone(m.named)
		addBounded(c.unresolved, m, rows, maxUnresolved)
	}
	for key, rows := range y.notes {
		c.notes[key] += rows
	}
	for object, records := range y.made {
		c.made[object] += records
	}
	return nil
}

// reasonOf is what rejections are counted by: the column and what is wrong in general, without the value.
func reasonOf(r Rejection) string {
	reason, _, _ := strings.Cut(r.Reason, ":")
	if r.Column != "" {
		return r.Column + ": " + reason
	}
	return reason
}

// addBounded counts under a key while there are not too many different ones.
func addBounded[K comparable](counts map[K]int64, key K, n int64, most int) {
	if _, known := counts[key]; known || len(counts) < most {
		counts[key] += n
	}
}

// finish turns the counts into the report's lists, the largest first.
func (c *collector) finish() error {
	r := &c.report
	r.Reasons = sortedCounts(c.reasons)
	r.Made = nil
	for _, object := range slices.Sorted(maps.Keys(c.made)) {
		r.Made = append(r.Made, Made{object, c.made[object]})
	}
	for _, key := range slices.SortedFunc(maps.Keys(c.notes), compareNotes) {
		r.Notes = append(r.Notes, Note{Code: key.code, File: key.file, Rows: c.notes[key], Text: noteTexts[key.code]})
	}
	r.Unresolved = nil
	for m, rows := range c.unresolved {
		r.Unresolved = append(r.Unresolved, m.unresolved(rows))
	}
	slices.SortFunc(r.Unresolved, func(a, b Unresolved) int {
		return cmp.Or(-cmp.Compare(a.Rows, b.Rows), cmp.Compare(a.File, b.File), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Value, b.Value))
	})
	if c.rejects != nil {
		c.rejects.Flush()
		if err := c.rejects.Error(); err != nil {
			return rejectsFault(err)
		}
	}
	return nil
}

func (m miss) unresolved(rows int64) Unresolved {
	u := Unresolved{File: m.t.table.Path, Column: m.column.header, Object: m.object, Value: shorten(m.named), Rows: rows}
	u.Reason = fmt.Sprintf("no %s is called so or has this ID", m.object)
	if m.ambiguous > 1 {
		u.Reason = fmt.Sprintf("%d records (%s) are called so: refer to one by its ID", m.ambiguous, m.object)
	}
	return u
}

func sortedCounts(counts map[string]int64) []Count {
	var sorted []Count
	for what, rows := range counts {
		sorted = append(sorted, Count{what, rows})
	}
	slices.SortFunc(sorted, func(a, b Count) int { return cmp.Or(-cmp.Compare(a.Rows, b.Rows), cmp.Compare(a.What, b.What)) })
	return sorted
}

func compareNotes(a, b noteKey) int {
	return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.code, b.code))
}

// noteTexts are the notes in English, by code.
var noteTexts = map[string]string{
	"currency":        "amounts without a currency were taken to be in the default one",
	"unnamed":         "deals without a name are called after their account and product",
	"hashed":          "rows without an ID are known by all they say: when one changes, a later import takes it for another record",
	"undated":         "deals without any date exist since the import",
	"close_early":     "deals closed before they were created are taken to have been closed at their creation",
	"close_future":    "closed deals with a close date in the future are taken to have been closed at the import",
	"close_undated":   "closed deals without a close date are taken to have been closed when they were last changed, or at the import",
	"created_future":  "records created in the future are taken to exist since the import",
	"repeated":        "several rows are about one record: the last one counts",
	"deleted":         "rows that their source has deleted: the record is kept, marked as deleted",
	"history_future":  "history in the future was left out",
	"history_erased":  "rows of history that their source has deleted were left out",
	"before_resume":   "rows that an interrupted run of this import had done already count as unchanged",
	"mapping_unused":  "no file has the name of this table of the mapping",
	"known_elsewhere": "another source knows most of these IDs: if these are the same records, import them under its name",
	"main_product":    "deals without a product got that of their largest line item",
}
