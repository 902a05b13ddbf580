package value

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Money is an amount in the minor units of a currency (cents, kopecks), so that sums are exact.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"` // ISO 4217, upper case
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
	text, sign := decimal, ""
	if strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") {
		sign, text = text[:1], text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not a decimal number", decimal)
	}
	scale := MinorDigits(code)
	fraction += strings.Repeat("0", max(0, scale-len(fraction)))
	minor, err := strconv.ParseInt(sign+"0"+whole+fraction[:scale], 10, 64)
	if rest := fraction[scale:]; err == nil && rest != "" && rest[0] >= '5' {
		minor, err = awayFromZero(minor, sign == "-")
	}
	if err != nil {
		return 0, fmt.Errorf("%q is too large an amount", decimal)
	}
	return minor, nil
}

func awayFromZero(minor int64, negative bool) (int64, error) {
	switch {
	case minor == math.MaxInt64 || minor == math.MinInt64:
		return 0, strconv.ErrRange
	case negative:
		return minor - 1, nil
	default:
		return minor + 1, nil
	}
}
