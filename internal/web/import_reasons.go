package web

import (
	"fmt"
	"regexp"

	"zveno.dev/zveno/internal/i18n"
)

// rejectionForms are the forms of the reasons for which rows are rejected. Reports keep reasons in English, since the same
// report is read on the command line and by people of either language; here they are told by their form.
var rejectionForms = []struct {
	key  string
	form *regexp.Regexp
}{
	{"no_number", regexp.MustCompile(`is not a number$`)},
	{"two_numbers", regexp.MustCompile(`can be read in two ways: say whether`)},
	{"grouping", regexp.MustCompile(`is not a number with this decimal sign`)},
	{"digits", regexp.MustCompile(`has too many digits$`)},
	{"no_money", regexp.MustCompile(`is not an amount of money$`)},
	{"shared_currency", regexp.MustCompile(`several currencies share \((.*)\)`)},
	{"no_currency", regexp.MustCompile(`has no currency: say`)},
	{"too_large", regexp.MustCompile(`is too large an amount$`)},
	{"no_date", regexp.MustCompile(`is not a date: expected`)},
	{"two_dates", regexp.MustCompile(`can be read in two ways: say in which order`)},
	{"no_day", regexp.MustCompile(`is not a day of the calendar$`)},
	{"wrong_order", regexp.MustCompile(`is not a day in the order (\w+) of this column$`)},
	{"no_bool", regexp.MustCompile(`is neither yes nor no`)},
	{"currency_code", regexp.MustCompile(`is not a currency: expected`)},
	{"two_currencies", regexp.MustCompile(`is in (\w+), but the row's currency is (\w+)`)},
	{"too_long", regexp.MustCompile(`is longer than (\d+) bytes$`)},
	{"no_choice", regexp.MustCompile(`is none of (.*): translate it`)},
	{"no_id", regexp.MustCompile(`the row has no ID, which`)},
	{"missing", regexp.MustCompile(`the row has no (\w+), which every (\w+) needs$`)},
	{"no_record", regexp.MustCompile(`no (\w+) (?:is called so or )?has this ID: import`)},
	{"no_subject", regexp.MustCompile(`the row does not say which (\w+) it is about$`)},
	{"no_time", regexp.MustCompile(`the row does not say when the change happened$`)},
}

// rejectionText says in the visitor's language why a row was rejected; a reason of an unknown form stays as it is.
func rejectionText(v visit, reason string) string {
	if v.view.Lang == i18n.English {
		return reason
	}
	for _, f := range rejectionForms {
		found := f.form.FindStringSubmatch(reason)
		if found == nil {
			continue
		}
		var pairs []any
		for i, part := range found[1:] {
			pairs = append(pairs, fmt.Sprintf("a%d", i+1), argumentText(v, part))
		}
		return v.T("import.reject."+f.key, pairs...)
	}
	return reason
}
