package tabular

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/value"
)

func TestParseNumber(t *testing.T) {
	cases := []struct {
		cell    string
		decimal Decimal
		want    string // "" for an error
	}{
		{"0", DecimalUnknown, "0"},
		{"1234", DecimalUnknown, "1234"},
		{"1234.5", DecimalUnknown, "1234.5"},
		{"1234,5", DecimalUnknown, "1234.5"},
		{"1,234.50", DecimalUnknown, "1234.50"},
		{"1.234,50", DecimalUnknown, "1234.50"},
		{"1 234,50", DecimalUnknown, "1234.50"},
		{"1\u00a0234\u00a0567,5", DecimalUnknown, "1234567.5"},
		{"1’234’567.50", DecimalUnknown, "1234567.50"},
		{"1.234", DecimalUnknown, ""},
		{"1.234", DecimalPoint, "1.234"},
		{"1.234", DecimalComma, "1234"},
		{"1,234,567", DecimalUnknown, "1234567"},
		{"12,34,567.80", DecimalPoint, "1234567.80"},
		{"1,23", DecimalPoint, ""},
		{"1,234,56", DecimalPoint, ""},
		{"0,611553068", DecimalUnknown, "0.611553068"},
		{"-5", DecimalUnknown, "-5"}, {"−5", DecimalUnknown, "-5"}, {"5-", DecimalUnknown, "-5"}, {"(5)", DecimalUnknown, "-5"},
		{"(1,234.00)", DecimalPoint, "-1234.00"}, {"+5", DecimalUnknown, "5"}, {"-0", DecimalUnknown, "0"}, {"-0.00", DecimalUnknown, "0.00"},
		{"50%", DecimalUnknown, "50"}, {"12,5 %", DecimalComma, "12.5"},
		{"1.60328E+12", DecimalPoint, "1603280000000"}, {"5.33E-06", DecimalPoint, "0.00000533"}, {"1e3", DecimalUnknown, "1000"},
		{".5", DecimalPoint, "0.5"}, {"5.", DecimalPoint, "5"}, {"007", DecimalUnknown, "7"},
		{"", DecimalPoint, ""}, {".", DecimalPoint, ""}, {"-", DecimalPoint, ""}, {"()", DecimalPoint, ""}, {"1.2.3", DecimalPoint, ""},
		{"1e999999999", DecimalPoint, ""}, {"12a", DecimalPoint, ""}, {"1 23", DecimalPoint, ""}, {"--1", DecimalPoint, ""}, {"(-1)", DecimalPoint, ""},
		{"0 123", DecimalPoint, ""}, {strings.Repeat("9", 41), DecimalPoint, ""},
	}
	for _, c := range cases {
		got, err := ParseNumber(c.cell, c.decimal)
		if (err == nil) != (c.want != "") || got != c.want {
			t.Errorf("%q with decimal %v is %q (%v), want %q", c.cell, c.decimal, got, err, c.want)
		}
	}
}

func TestParseMoney(t *testing.T) {
	cases := []struct {
		cell     string
		decimal  Decimal
		fallback string
		want     string // "" for an error
	}{
		{"1 234,50 ₽", DecimalUnknown, "", "1234.50 RUB"},
		{"(1,234.00)", DecimalPoint, "USD", "-1234.00 USD"},
		{"$1.2", DecimalUnknown, "", "1.20 USD"},
		{"$1.2", DecimalUnknown, "CAD", "1.20 CAD"},
		{"$1.2", DecimalUnknown, "EUR", "1.20 USD"},
		{"-$5", DecimalUnknown, "", "-5.00 USD"}, {"$-5", DecimalUnknown, "", "-5.00 USD"}, {"($5.00)", DecimalUnknown, "", "-5.00 USD"}, {"$(5)", DecimalUnknown, "", "-5.00 USD"},
		{"US$ 1,000", DecimalPoint, "", "1000.00 USD"}, {"R$ 1.000,00", DecimalComma, "", "1000.00 BRL"}, {"1.000,00 €", DecimalUnknown, "", "1000.00 EUR"},
		{"EUR 5", DecimalUnknown, "", "5.00 EUR"}, {"5 usd", DecimalUnknown, "", "5.00 USD"}, {"USD5", DecimalUnknown, "", "5.00 USD"},
		{"1500 руб.", DecimalUnknown, "", "1500.00 RUB"}, {"1500руб", DecimalUnknown, "", "1500.00 RUB"}, {"1500 р.", DecimalUnknown, "", "1500.00 RUB"}, {"12,5 рублей", DecimalUnknown, "", "12.50 RUB"}, {"1500 руб.", DecimalUnknown, "BYN", "1500.00 BYN"},
		{"¥1500", DecimalUnknown, "", "1500 JPY"}, {"¥1500", DecimalUnknown, "CNY", "1500.00 CNY"}, {"KWD 1.2345", DecimalPoint, "", "1.235 KWD"},
		{"$.50", DecimalPoint, "", "0.50 USD"}, {"$ 1,234,567.89", DecimalUnknown, "", "1234567.89 USD"}, {"0,5", DecimalComma, "RUB", "0.50 RUB"},
		{"5 kr", DecimalUnknown, "", ""}, {"5 kr", DecimalUnknown, "NOK", "5.00 NOK"}, {"5", DecimalUnknown, "", ""}, {"1.234 €", DecimalUnknown, "", ""}, {"1.234 €", DecimalComma, "", "1234.00 EUR"},
		{"five", DecimalUnknown, "USD", ""}, {"$", DecimalUnknown, "USD", ""}, {"", DecimalUnknown, "USD", ""}, {"$ $5", DecimalUnknown, "USD", ""}, {"$99999999999999999999", DecimalPoint, "", ""},
	}
	for _, c := range cases {
		got, err := ParseMoney(c.cell, c.decimal, c.fallback)
		if (err == nil) != (c.want != "") || err == nil && got.String() != c.want {
			t.Errorf("%q with decimal %v, fallback %q is %s (%v), want %q", c.cell, c.decimal, c.fallback, got, err, c.want)
		}
	}
}

// writeMoney writes an amount the way one of many locales does.
func writeMoney(t *rapid.T, m value.Money, decimal Decimal) string {
	whole, fraction, hasFraction := strings.Cut(strings.TrimPrefix(m.Decimal(), "-"), ".")
	groups := map[Decimal][]string{DecimalPoint: {"", ",", " ", "\u00a0", "'"}, DecimalComma: {"", ".", " ", "\u202f"}}[decimal]
	group := rapid.SampledFrom(groups).Draw(t, "group")
	var parts []string
	for len(whole) > 3 {
		parts = append([]string{whole[len(whole)-3:]}, parts...)
		whole = whole[:len(whole)-3]
	}
	text := strings.Join(append([]string{whole}, parts...), group)
	if hasFraction {
		text += string(decimal) + fraction
	}
	text = fmt.Sprintf(rapid.SampledFrom([]string{"%s", "$%s", "US$ %s", "%s USD", "USD %s", "usd%s"}).Draw(t, "currency"), text)
	if m.Minor < 0 {
		text = fmt.Sprintf(rapid.SampledFrom([]string{"-%s", "(%s)", "−%s"}).Draw(t, "minus"), text)
	}
	return text
}

func TestMoneyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := value.Money{Minor: rapid.Int64Range(math.MinInt64+1, math.MaxInt64-1).Draw(t, "minor"), Currency: "USD"}
		decimal := rapid.SampledFrom([]Decimal{DecimalPoint, DecimalComma}).Draw(t, "decimal")
		text := writeMoney(t, want, decimal)
		if got, err := ParseMoney(text, decimal, "USD"); err != nil || got != want {
			t.Fatalf("%q is %v (%v), want %v", text, got, err, want)
		}
		if got, err := ParseMoney(text, DecimalUnknown, "USD"); err == nil && got != want {
			t.Fatalf("%q without a decided decimal sign is %v, want %v or an error", text, got, want)
		}
	})
}

func TestCellErrorsSayWhatToDo(t *testing.T) {
	_, ambiguous := ParseNumber("1.234", DecimalUnknown)
	_, shared := ParseMoney("5 kr", DecimalUnknown, "")
	_, order := ParseDay("31.12.2025", OrderMDY)
	_, word := ParseBool("perhaps")
	for err, want := range map[error]string{
		ambiguous: `"1.234" can be read in two ways: say whether the column's decimal sign is a point or a comma`,
		shared:    `"5 kr" has a currency sign that several currencies share (SEK, NOK, DKK, ISK): say which one the column is in`,
		order:     `"31.12.2025" is not a day in the order m/d/y of this column`,
		word:      `"perhaps" is neither yes nor no: expected true/false, yes/no, да/нет, истина/ложь or 1/0`,
	} {
		if err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestParseBool(t *testing.T) {
	for cell, want := range map[string]bool{
		"TRUE": true, " yes ": true, "Да": true, "истина": true, "1": true, "x": true, "✓": true,
		"False": false, "NO": false, "нет": false, "ЛОЖЬ": false, "0": false,
	} {
		if got, err := ParseBool(cell); err != nil || got != want {
			t.Errorf("%q is %v (%v), want %v", cell, got, err, want)
		}
	}
	for _, cell := range []string{"", "maybe", "2", "-"} {
		if got, err := ParseBool(cell); err == nil {
			t.Errorf("%q is %v, want an error", cell, got)
		}
	}
}

func TestIsEmpty(t *testing.T) {
	for _, cell := range []string{"", "  ", "\u00a0", "NULL", "null", "N/A", "#N/A", "-", "—", "000000000000000AAA", "000000000000000", "(none)", "<null>", `\N`, "Нет данных", " н/д ", "NaN"} {
		if !IsEmpty(cell) {
			t.Errorf("%q is not empty, want empty", cell)
		}
	}
	for _, cell := range []string{"0", "no", "нет", "x", "-1", "Nullarbor", "00000000000000", "0000000000000001", "N", strings.Repeat("-", 30)} {
		if IsEmpty(cell) {
			t.Errorf("%q is empty, want a value", cell)
		}
	}
}
