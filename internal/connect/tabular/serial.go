package tabular

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"zveno.dev/zveno/internal/connect/tabular/xlsx"
)

// sheetCells appends a sheet row's cells as text, blank where the sheet has none.
func sheetCells(cells []string, row xlsx.Row, date1904 bool) []string {
	for _, cell := range row.Cells {
		for len(cells) < cell.Column {
			cells = append(cells, "")
		}
		text := sheetText(cell, date1904)
		if cell.Column < len(cells) {
			cells[cell.Column] = text // cells out of order or twice
			continue
		}
		cells = append(cells, text)
	}
	return cells
}

func allBlank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return !isBlank(c) })
}

// sheetText writes a cell the way a text file would: dates as 2026-03-31, moments as 2026-03-31 20:55:00, numbers with a
// point and all their digits, percentages and amounts with their sign.
func sheetText(cell xlsx.Cell, date1904 bool) string {
	switch cell.Type {
	case xlsx.TypeBool:
		if cell.Text == "1" || cell.Text == "true" {
			return "TRUE"
		}
		return "FALSE"
	case xlsx.TypeNumber:
		return numberText(cell, date1904)
	case xlsx.TypeDate:
		return strings.TrimSuffix(cell.Text, "T00:00:00")
	}
	return cell.Text
}

func numberText(cell xlsx.Cell, date1904 bool) string {
	plain, n, ok := storedNumber(cell.Text)
	if !ok {
		return cell.Text
	}
	switch cell.Format.Kind {
	case xlsx.FormatDate, xlsx.FormatDateTime, xlsx.FormatTime, xlsx.FormatElapsed:
		if text, ok := serialText(n, cell.Format.Kind, date1904); ok {
			return text
		}
	case xlsx.FormatPercent:
		negative := strings.HasPrefix(plain, "-")
		if hundredfold, ok := shiftPoint(strings.TrimPrefix(plain, "-"), 2); ok {
			if negative {
				hundredfold = "-" + hundredfold
			}
			return hundredfold + "%"
		}
	case xlsx.FormatNumber:
		for _, literal := range cell.Format.Literals {
			if word := strings.Trim(literal, blanks); currenciesOf(word) != nil {
				return plain + " " + word
			}
		}
	}
	return plain
}

// storedNumber reads a number as workbooks store it and writes it plainly with the 15 digits that a spreadsheet program
// shows: 0.30000000000000004 is 0.3.
func storedNumber(text string) (plain string, n float64, ok bool) {
	text = strings.TrimSpace(text)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return "", 0, false
	}
	if len(text) <= 15 && !strings.ContainsAny(text, "eE+.") {
		return text, n, true
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'e', 14, 64), 64)
	if err != nil || math.Abs(rounded) >= 1e21 {
		return text, n, true
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64), n, true
}

const lastSerial = 2958466 // 10000-01-01 in the 1900 system

// serialText writes a serial date. The days of 1900 are counted as if that year had a 29 February, as every program does;
// that day itself is no date.
func serialText(n float64, kind xlsx.FormatKind, date1904 bool) (string, bool) {
	const day = 86_400_000 // milliseconds
	if n < 0 || n >= lastSerial {
		return "", false
	}
	total := int64(math.Round(n * day))
	days, rest := total/day, total%day
	switch {
	case kind == xlsx.FormatElapsed:
		return fmt.Sprintf("%d%s", total/3_600_000, clockText(rest)[2:]), true
	case kind == xlsx.FormatTime && days == 0:
		return clockText(rest), true
	}
	origin := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case date1904:
		origin = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days == 60 || days == 0:
		return "", false
	case days < 60:
		origin = origin.AddDate(0, 0, 1)
	}
	date := origin.AddDate(0, 0, int(days)).Format(time.DateOnly)
	if rest == 0 && kind == xlsx.FormatDate {
		return date, true
	}
	return date + " " + clockText(rest), true
}

// clockText writes milliseconds since midnight as 20:55:00, with a fraction only where there is one.
func clockText(ms int64) string {
	text := fmt.Sprintf("%02d:%02d:%02d", ms/3_600_000, ms/60_000%60, ms/1000%60)
	if ms%1000 != 0 {
		text += fmt.Sprintf(".%03d", ms%1000)
	}
	return text
}
