package tabular

import "fmt"

// CellError says why a cell cannot be read as what its column is. Code and Args are for translation; Error is English.
type CellError struct {
	Cell string // as it stands in the file
	Code string
	Args []any
}

// The codes of cell errors.
const (
	CellNoNumber        = "no_number"
	CellAmbiguousNumber = "ambiguous_number"
	CellGrouping        = "wrong_grouping"
	CellManyDigits      = "too_many_digits"
	CellNoMoney         = "no_money"
	CellSharedCurrency  = "shared_currency"
	CellNoCurrency      = "no_currency"
	CellTooLarge        = "too_large"
	CellNoDate          = "no_date"
	CellAmbiguousDate   = "ambiguous_date"
	CellNoDay           = "no_day"
	CellWrongOrder      = "wrong_order"
	CellNoBool          = "no_bool"
)

// cellTexts are the codes' texts; they stand behind the cell.
var cellTexts = map[string]string{
	CellNoNumber:        "is not a number",
	CellAmbiguousNumber: "can be read in two ways: say whether the column's decimal sign is a point or a comma",
	CellGrouping:        "is not a number with this decimal sign: its digits are not in groups of three",
	CellManyDigits:      "has too many digits",
	CellNoMoney:         "is not an amount of money",
	CellSharedCurrency:  "has a currency sign that several currencies share (%s): say which one the column is in",
	CellNoCurrency:      "has no currency: say which one the column is in",
	CellTooLarge:        "is too large an amount",
	CellNoDate:          "is not a date: expected a form like 2026-03-31, 31.03.2026 or 31 Mar 2026",
	CellAmbiguousDate:   "can be read in two ways: say in which order the column writes day, month and year",
	CellNoDay:           "is not a day of the calendar",
	CellWrongOrder:      "is not a day in the order %s of this column",
	CellNoBool:          "is neither yes nor no: expected true/false, yes/no, да/нет, истина/ложь or 1/0",
}

// Error is the cell and what is wrong with it.
func (e *CellError) Error() string {
	return printable(e.Cell) + " " + fmt.Sprintf(cellTexts[e.Code], e.Args...)
}

func cellError(cell, code string, args ...any) *CellError {
	return &CellError{Cell: cell, Code: code, Args: args}
}
