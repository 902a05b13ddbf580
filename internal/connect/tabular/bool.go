package tabular

import "strings"

// boolWords are the words for yes and no, in lower case.
var boolWords = map[string]bool{
	"true": true, "yes": true, "y": true, "t": true, "on": true, "1": true, "x": true, "х": true, "✓": true, "✔": true, "☑": true, "✅": true,
	"да": true, "д": true, "истина": true, "вкл": true, "+": true,
	"false": false, "no": false, "n": false, "f": false, "off": false, "0": false, "✗": false, "✘": false, "☐": false, "❌": false,
	"нет": false, "н": false, "ложь": false, "выкл": false,
}

// ParseBool reads a cell of a yes/no column in English or Russian: true/false, yes/no, да/нет, истина/ложь, 1/0, x, ✓ and
// the like. A blank cell is an error; whether it means no is the caller's to decide.
func ParseBool(cell string) (bool, error) {
	value, ok := boolWords[strings.ToLower(strings.TrimSpace(cell))]
	if !ok {
		return false, cellError(cell, CellNoBool)
	}
	return value, nil
}

// isBoolWord reports a cell that says yes or no by itself, unlike 1, 0, a single letter or a sign.
func isBoolWord(cell string) bool {
	if len(cell) > len("истина") || len(cell) < 2 {
		return false
	}
	switch cell[0] {
	case 't', 'T', 'f', 'F', 'y', 'Y', 'n', 'N', 'o', 'O', 0xd0, 0xd1: // the last two begin Russian letters
		_, ok := boolWords[strings.ToLower(cell)]
		return ok
	}
	return false
}
