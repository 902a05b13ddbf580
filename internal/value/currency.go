package value

import (
	"slices"
	"strings"

	"golang.org/x/text/currency"
)

// minorDigits lists the currencies of ISO 4217 whose minor unit is not a hundredth. The tables of golang.org/x/text are no
// help here: they tell how prices are usually shown, and so round Colombian, Indonesian or Serbian amounts to whole units.
var minorDigits = byCurrency(map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
})

func byCurrency(codes map[int]string) map[string]int {
	digits := map[string]int{}
	for n, list := range codes {
		for code := range strings.FieldsSeq(list) {
			digits[code] = n
		}
	}
	return digits
}

// MinorDigits is the number of decimal digits of a currency's minor unit: 2 for USD, 0 for JPY, 3 for KWD. An unknown code
// has 2.
func MinorDigits(code string) int {
	if digits, listed := minorDigits[code]; listed {
		return digits
	}
	return 2
}

// youngCurrencies came after the tables of golang.org/x/text.
var youngCurrencies = []string{"MRU", "SLE", "STN", "UYW", "VED", "VES", "XCG", "ZWG"}

// IsCurrency reports whether code is an ISO 4217 code in upper case, past currencies included, since old deals carry
// them. The codes for "none" (XXX) and for tests (XTS) are no currencies.
func IsCurrency(code string) bool {
	if len(code) != 3 || strings.ToUpper(code) != code || code == "XXX" || code == "XTS" {
		return false
	}
	_, err := currency.ParseISO(code)
	return err == nil || slices.Contains(youngCurrencies, code)
}
