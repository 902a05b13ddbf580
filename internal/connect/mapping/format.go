package mapping

import (
	"fmt"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// Format is a Column.Format taken apart. In a mapping file it is words with spaces between, in any order: "mdy",
// "comma EUR", "point percent", "point USD million", "minutes".
type Format struct {
	Order    string // of day, month and year: "ymd", "dmy" or "mdy"; "" when no value needs it
	Decimal  string // "point" or "comma"; "" when no value has decimals
	Currency string // ISO 4217, of amounts that do not name theirs; "" = the record's or the company's
	Unit     string // what a number is counted in, one of the Unit… words; "" = what the field is kept in
	List     bool   // a reference: several, separated by ";"; the first counts
}

// The units of numbers, amounts and lengths of time.
const (
	UnitPercent  = "percent" // 40 is 0.4
	UnitThousand = "thousand"
	UnitMillion  = "million"
	UnitSeconds  = "seconds"
	UnitMinutes  = "minutes"
	UnitHours    = "hours"
	UnitMillis   = "milliseconds"
	UnitClock    = "clock" // 1:05:00 or 05:00: hours, minutes and seconds, or minutes and seconds
)

// wordList is the word for Format.List.
const wordList = "list"

var (
	orders   = []string{"ymd", "dmy", "mdy"}
	decimals = []string{"point", "comma"}
	// scales maps the units to what a number in them is multiplied by.
	scales = map[string]float64{
		UnitPercent: 0.01, UnitThousand: 1e3, UnitMillion: 1e6,
		UnitSeconds: 1, UnitMinutes: 60, UnitHours: 3600, UnitMillis: 0.001, UnitClock: 1,
	}
	// units lists which units the values of a kind may be counted in.
	units = map[crm.Kind][]string{
		crm.Number:  {UnitPercent, UnitThousand, UnitMillion},
		crm.Integer: {UnitThousand, UnitMillion},
		crm.Money:   {UnitThousand, UnitMillion},
		crm.Seconds: {UnitSeconds, UnitMinutes, UnitHours, UnitMillis, UnitClock},
	}
)

// Scale is what a number read from the column is multiplied by: 0.01 for percent, 60 for minutes, 1 without a unit.
func (f Format) Scale() float64 {
	if scale, ok := scales[f.Unit]; ok {
		return scale
	}
	return 1
}

// String is the format as in a mapping file.
func (f Format) String() string {
	words := []string{f.Order, f.Decimal, f.Currency, f.Unit}
	if f.List {
		words = append(words, wordList)
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// ParseFormat reads the format of a column of the given kind. The error says which words are allowed.
func ParseFormat(kind crm.Kind, text string) (Format, error) {
	var f Format
	for word := range strings.FieldsSeq(text) {
		part := f.part(kind, word)
		if part == nil {
			return Format{}, fmt.Errorf("format %q: %q is not for a %s column; allowed: %s", text, word, kind, allowedWords(kind))
		}
		if *part != "" {
			return Format{}, fmt.Errorf("format %q: %q comes on top of %q", text, word, *part)
		}
		*part = word
		if word == wordList {
			f.List = true
		}
	}
	return f, nil
}

// part is where a word of a format belongs; nil when values of the kind have no such thing.
func (f *Format) part(kind crm.Kind, word string) *string {
	switch {
	case dated(kind) && isOrder(word):
		return &f.Order
	case counted(kind) && isDecimal(word):
		return &f.Decimal
	case (kind == crm.Money || kind == KindAny) && value.IsCurrency(word):
		return &f.Currency
	case slices.Contains(units[kind], word):
		return &f.Unit
	case kind == crm.Reference && word == wordList && !f.List:
		return new(string)
	}
	return nil
}

// KindAny is the kind of the columns @new and @old: each of their rows holds a value of another field. Their format may
// have the words of dates, numbers and amounts together.
const KindAny crm.Kind = "any"

func isOrder(word string) bool { return slices.Contains(orders, word) }

func isDecimal(word string) bool { return slices.Contains(decimals, word) }

// dated reports the kinds whose values are dates.
func dated(kind crm.Kind) bool { return kind == crm.Day || kind == crm.Instant || kind == KindAny }

// counted reports the kinds whose values are numbers.
func counted(kind crm.Kind) bool {
	switch kind {
	case crm.Number, crm.Integer, crm.Money, crm.Seconds, KindAny:
		return true
	}
	return false
}

// allowedWords lists the words that a format of a kind may hold.
func allowedWords(kind crm.Kind) string {
	var words []string
	if dated(kind) {
		words = append(words, orders...)
	}
	if counted(kind) {
		words = append(words, decimals...)
	}
	if kind == crm.Money || kind == KindAny {
		words = append(words, "a currency such as EUR")
	}
	words = append(words, units[kind]...)
	if kind == crm.Reference {
		words = append(words, wordList)
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}
