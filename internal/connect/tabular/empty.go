package tabular

import "strings"

// emptyMarkers are the words, in lower case, by which programs write "no value":
//
//   - –  —  --                       a dash of any length
//     null  <null>  (null)  \n          databases (\N is MySQL's and PostgreSQL's)
//     nil  none  (none)                 scripts
//     n/a  #n/a  #н/д  n.a.  nan        spreadsheets and statistics
//     (blank)  (empty)  (пусто)         pivot tables
//     нет данных  н/д  не указано       Russian reports
//     000000000000000(AAA)              Salesforce's empty reference
var emptyMarkers = map[string]bool{
	"-": true, "–": true, "—": true, "--": true,
	"null": true, "<null>": true, "(null)": true, `\n`: true,
	"nil": true, "none": true, "(none)": true, "<none>": true,
	"n/a": true, "#n/a": true, "#н/д": true, "n.a.": true, "nan": true,
	"(blank)": true, "(empty)": true, "(пусто)": true,
	"нет данных": true, "н/д": true, "не указано": true,
	"000000000000000": true, "000000000000000aaa": true,
}

const longestMarker = 24 // bytes

// IsEmpty reports whether the cell holds no value: nothing but blanks, or one of the usual markers for "no value" (a dash,
// NULL, N/A, #N/A, (none), <null>, \N, nil, NaN, нет данных, н/д, Salesforce's 000000000000000AAA and the like), in any
// case.
func IsEmpty(cell string) bool {
	if isBlank(cell) {
		return true
	}
	if len(cell) > longestMarker {
		if cell = strings.TrimSpace(cell); len(cell) > longestMarker {
			return false
		}
	}
	return mayBeMarker(cell) && emptyMarkers[strings.ToLower(strings.TrimSpace(cell))]
}

// mayBeMarker is a cheap look at a cell's first bytes and length.
func mayBeMarker(cell string) bool {
	switch cell[0] {
	case '0':
		return len(cell) >= 15 && cell[1] == '0' && cell[14] == '0'
	case 'n', 'N':
		return len(cell) <= len("null ")
	case 0xd0: // the first byte of most Russian letters
		return strings.HasPrefix(cell, "н") || strings.HasPrefix(cell, "Н")
	case '-', '<', '(', '#', '\\', 0xe2, 0xc2: // the last two begin dashes and blanks
		return true
	}
	return cell[0] <= ' '
}
