package tabular

import (
	"strings"
	"unicode/utf8"
)

// ColumnProfile is what the cells of a column are, decided over the whole column.
type ColumnProfile struct {
	Name         string
	Index        int     // from 0
	Rows         int64   // cells, empty ones included
	Empty        int64   // cells without a value
	EmptyMarkers []Count // how empty cells are written, other than blank

	Kind    Kind      // of nine in ten values at least, else KindText; KindEmpty when there is no value
	Fitting int64     // values of that kind
	Misfits []Example // the first values that are not

	Dates   DateProfile   // when some cells are dates
	Numbers NumberProfile // when some cells are numbers

	Distinct     []Count // the different values, most frequent first; nil when there are too many
	DistinctMore bool    // there are too many to list
	MaxLength    int     // of a cell, in characters
	Examples     []string
}

// DateProfile is how a column writes dates.
type DateProfile struct {
	Order        DateOrder // OrderUnknown when ambiguous or when there are no dates
	ByConvention bool      // nothing decides but that dates with points are day first everywhere
	Ambiguous    bool      // nothing decides between day first and month first, or cells contradict each other: ask
	Hint         DateOrder // when ambiguous: the order of the table's other columns
	DayFirst     int64     // cells that can only be day first
	MonthFirst   int64     // cells that can only be month first
	Either       int64     // cells that can be both

	Times          bool    // there are times of day
	TwoDigitYears  bool    // years have two digits
	TwelveHours    bool    // the clock has AM and PM
	Zones          []Count // as written
	LocalTimes     int64   // times without a zone
	FirstAmbiguous Example // for the question
}

// NumberProfile is how a column writes numbers.
type NumberProfile struct {
	Decimal        Decimal // DecimalUnknown when ambiguous or when no cell has a fraction or groups
	Ambiguous      bool    // nothing decides between point and comma, or cells contradict each other: ask
	Point, Comma   int64   // cells that can only be read with this decimal sign
	Either         int64   // cells that are different numbers with either
	Grouping       string  // the sign between groups of digits, "" when there is none
	Currencies     []Count // signs and codes as written
	Percent        bool    // there are percent signs
	FirstAmbiguous Example // for the question
}

// columnState collects a column's cells.
type columnState struct {
	rows, empty int64
	kinds       [kindCount]int64
	markers     counts
	distinct    distinctValues
	maxLength   int
	examples    []string
	firsts      [kindCount][]Example // first values of each kind

	dates    DateProfile
	dotted   int64 // undecided dates with points
	yearHead int64 // two-digit years in front
	zones    counts

	numbers    NumberProfile
	groups     string
	currencies counts
}

func (c *columnState) add(cell string, line int64) {
	c.rows++
	if cell == "" {
		c.empty++
		return
	}
	if IsEmpty(cell) {
		c.empty++
		if marker := strings.TrimSpace(cell); marker != "" {
			c.markers.add(marker, mostMarks)
		}
		return
	}
	cell = strings.TrimSpace(cell)
	if len(cell) > c.maxLength {
		c.maxLength = max(c.maxLength, utf8.RuneCountInString(cell))
	}
	if value := c.distinct.add(cell); value != nil {
		c.take(value.kind, &value.evidence, cell, line)
		return
	}
	var found evidence
	c.take(found.classify(cell), &found, cell, line)
}

// take counts a value and what it says about the column.
func (c *columnState) take(kind Kind, found *evidence, cell string, line int64) {
	c.count(kind, cell, line)
	switch kind {
	case KindDate, KindDateTime:
		c.addDate(found, cell, line)
	case KindInteger, KindDecimal, KindMoney:
		c.addNumber(found, cell, line)
	}
}

// count counts a value's kind and keeps the first values of each as examples.
func (c *columnState) count(kind Kind, cell string, line int64) {
	if len(c.examples) < mostExamples {
		c.examples = append(c.examples, shortened(cell))
	}
	if c.kinds[kind]++; c.kinds[kind] <= mostExamples {
		c.firsts[kind] = append(c.firsts[kind], Example{shortened(cell), line})
	}
}

func shortened(cell string) string {
	if len(cell) <= longestKept {
		return strings.Clone(cell)
	}
	return strings.ToValidUTF8(cell[:longestKept], "") + "…"
}

// addDate takes a date's evidence for an order.
func (c *columnState) addDate(e *evidence, cell string, line int64) {
	m, d := &e.moment, &c.dates
	if m.timed {
		d.Times = true
		if m.zoned {
			c.zones.add(m.zone, mostMarks)
		} else {
			d.LocalTimes++
		}
		d.TwelveHours = d.TwelveHours || m.clock12
	}
	if m.fixed() {
		d.TwoDigitYears = d.TwoDigitYears || m.named && m.digits[2] == 2
		return
	}
	d.TwoDigitYears = d.TwoDigitYears || m.digits[2] == 2
	switch {
	case !e.orders.single() && m.numbers[0] == m.numbers[1]: // 02/02/2026 is the same day in both
	case !e.orders.single():
		if m.dotted {
			c.dotted++
		}
		if d.Either++; d.Either == 1 {
			d.FirstAmbiguous = Example{shortened(cell), line}
		}
	case e.orders == setDMY:
		d.DayFirst++
	case e.orders == setMDY:
		d.MonthFirst++
	default:
		c.yearHead++
	}
}

// addNumber takes a number's evidence for a decimal sign.
func (c *columnState) addNumber(e *evidence, cell string, line int64) {
	n := &c.numbers
	n.Percent = n.Percent || e.percent
	if e.currency != "" {
		c.currencies.add(e.currency, mostMarks)
	}
	switch {
	case e.point && !e.comma:
		n.Point++
	case e.comma && !e.point:
		n.Comma++
	case e.differ:
		if n.Either++; n.Either == 1 {
			n.FirstAmbiguous = Example{shortened(cell), line}
		}
	}
	if e.grouping != "" {
		c.groups = e.grouping
	}
}

// finish decides.
func (c *columnState) finish(name string, index int) ColumnProfile {
	p := ColumnProfile{
		Name: name, Index: index, Rows: c.rows, Empty: c.empty, EmptyMarkers: c.markers.list(),
		Distinct: c.distinct.list(), DistinctMore: c.distinct.more, MaxLength: c.maxLength, Examples: c.examples,
	}
	fits := c.decideKind(&p)
	for kind := range Kind(kindCount) {
		if !fits[kind] {
			p.Misfits = append(p.Misfits, c.firsts[kind]...)
		}
	}
	p.Misfits = p.Misfits[:min(len(p.Misfits), mostExamples)]
	p.Dates, p.Numbers = c.decideDates(), c.decideNumbers()
	return p
}

// families are the kinds that go together in a column, the kind of the column being the last of them that occurs.
var families = [][]Kind{
	{KindInteger, KindDecimal, KindMoney},
	{KindDate, KindDateTime},
	{KindInteger, KindID},
	{KindBool},
	{KindEmail},
}

// decideKind sets the column's kind and gives the kinds that fit it.
func (c *columnState) decideKind(p *ColumnProfile) (fits [kindCount]bool) {
	values := c.rows - c.empty
	if values == 0 {
		return fits
	}
	var best []Kind
	for _, family := range families {
		fitting := int64(0)
		for _, kind := range family {
			fitting += c.kinds[kind]
		}
		if 10*fitting >= 9*values && fitting > p.Fitting {
			best, p.Fitting = family, fitting
		}
	}
	if best == nil {
		p.Kind, p.Fitting = KindText, values
		for kind := range fits {
			fits[kind] = true
		}
		return fits
	}
	for _, kind := range best {
		fits[kind] = true
		if c.kinds[kind] > 0 {
			p.Kind = kind
		}
	}
	return fits
}

// contradicts reports whether evidence for two sides speaks against deciding: the weaker side must be a rare slip.
func contradicts(a, b int64) bool { return a > 0 && b > 0 && 50*min(a, b) > max(a, b) }

func (c *columnState) decideDates() DateProfile {
	d := c.dates
	d.Zones = c.zones.list()
	switch {
	case contradicts(d.DayFirst, d.MonthFirst):
		d.Ambiguous = true
	case d.DayFirst > d.MonthFirst:
		d.Order = OrderDMY
	case d.MonthFirst > 0:
		d.Order = OrderMDY
	case c.yearHead > 0:
		d.Order = OrderYMD
	case d.Either > 0 && c.dotted == d.Either:
		d.Order, d.ByConvention = OrderDMY, true
	case d.Either > 0:
		d.Ambiguous = true
	case c.kinds[KindDate]+c.kinds[KindDateTime] > 0:
		d.Order = OrderYMD
	}
	if !d.Ambiguous {
		d.FirstAmbiguous = Example{}
	}
	return d
}

func (c *columnState) decideNumbers() NumberProfile {
	n := c.numbers
	n.Currencies, n.Grouping = c.currencies.list(), c.groups
	switch {
	case contradicts(n.Point, n.Comma):
		n.Ambiguous = true
	case n.Point > n.Comma:
		n.Decimal = DecimalPoint
	case n.Comma > 0:
		n.Decimal = DecimalComma
	default:
		n.Ambiguous = n.Either > 0
	}
	if !n.Ambiguous {
		n.FirstAmbiguous = Example{}
	}
	return n
}
