package tabular

// Limits bounds what a file may cost. A zero field means the default.
type Limits struct {
	LineBytes     int   // longest row in bytes of UTF-8, quoted line breaks included
	Columns       int   // most cells in a row
	Files         int   // most files in a folder or entries in a zip
	ZipBytes      int64 // most bytes of all entries of a zip together, expanded
	ExpandRatio   int64 // most expanded bytes for each compressed one, in zip, gzip and XLSX
	WorkbookBytes int64 // largest XLSX file as stored
	SheetBytes    int64 // largest XLSX file expanded, all parts together
}

// DefaultLimits are wide enough for any CRM export known to us and narrow enough that a hostile file costs little.
func DefaultLimits() Limits {
	return Limits{
		LineBytes:     16 << 20,
		Columns:       4096,
		Files:         10_000,
		ZipBytes:      64 << 30,
		ExpandRatio:   200,
		WorkbookBytes: 512 << 20,
		SheetBytes:    8 << 30,
	}
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	return Limits{
		LineBytes:     positive(l.LineBytes, d.LineBytes),
		Columns:       positive(l.Columns, d.Columns),
		Files:         positive(l.Files, d.Files),
		ZipBytes:      positive(l.ZipBytes, d.ZipBytes),
		ExpandRatio:   positive(l.ExpandRatio, d.ExpandRatio),
		WorkbookBytes: positive(l.WorkbookBytes, d.WorkbookBytes),
		SheetBytes:    positive(l.SheetBytes, d.SheetBytes),
	}
}

func positive[T int | int64](n, otherwise T) T {
	if n > 0 {
		return n
	}
	return otherwise
}
