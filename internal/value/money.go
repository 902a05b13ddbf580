package value

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/currency"
)

// Money is an amount in the minor units of a currency (cents, kopecks), so that sums are exact.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"` // ISO 4217, upper case
}

// MinorDigits is the number of decimal digits of a currency's minor unit: 2 for USD, 0 for JPY, 3 for KWD. An unknown code
// has 2.
func MinorDigits(code string) int {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	scale, _ := currency.Standard.Rounding(unit)
	return scale
}

// IsCurrency reports whether code is an ISO 4217 code in upper case.
func IsCurrency(code string) bool {
	if len(code) != 3 || strings.ToUpper(code) != code {
		return false
	}
	_, err := currency.ParseISO(code)
	return err == nil
}

// String is the plain decimal form with its currency: "1234.50 USD". Formats for people live in package i18n.
func (m Money) String() string { return m.Decimal() + " " + m.Currency }

// Decimal is the plain decimal form without grouping: "1234.50".
func (m Money) Decimal() string {
	digits := MinorDigits(m.Currency)
	if digits == 0 {
		return strconv.FormatInt(m.Minor, 10)
	}
	sign, abs := "", uint64(m.Minor)
	if m.Minor < 0 {
		sign, abs = "-", -abs
	}
	unit := uint64(math.Pow10(digits))
	return fmt.Sprintf("%s%d.%0*d", sign, abs/unit, digits, abs%unit)
}

// ParseMinor converts a plain decimal ("-1234.5") into minor units of a currency, rounding half away from zero what is
// finer than its minor unit. It fails on anything but digits, one sign and one point, and on what int64 cannot hold.
func ParseMinor(decimal, code string) (int64, error) {
	text, negative := strings.CutPrefix(strings.TrimPrefix(decimal, "+"), "-")
	whole, fraction, _ := strings.Cut(text, ".")
	digits := MinorDigits(code)
	roundUp := len(fraction) > digits && fraction[digits] >= '5'
	for _, r := range whole + fraction {
		if r < '0' || r > '9' {
			return 0, fmt.Errorf("%q is not a decimal number", decimal)
		}
	}
	if whole == "" && fraction == "" {
		return 0, fmt.Errorf("%q is not a decimal number", decimal)
	}
	if len(fraction) > digits {
		fraction = fraction[:digits]
	}
	minor, err := strconv.ParseInt("0"+whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 64)
	if err != nil || minor == math.MaxInt64 {
		return 0, fmt.Errorf("%q is too large an amount", decimal)
	}
	if roundUp {
		minor++
	}
	if negative {
		minor = -minor
	}
	return minor, nil
}
