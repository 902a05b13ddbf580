package value_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/value"
)

func TestMinorDigits(t *testing.T) {
	for code, want := range map[string]int{
		"USD": 2, "RUB": 2, "JPY": 0, "KRW": 0, "KWD": 3, "TND": 3, "CLF": 4, "RSD": 2, "COP": 2, "IDR": 2, "HUF": 2, "?": 2, "": 2,
	} {
		if got := value.MinorDigits(code); got != want {
			t.Errorf("%s has %d digits, want %d", code, got, want)
		}
	}
}

func TestIsCurrency(t *testing.T) {
	for _, code := range []string{"USD", "EUR", "RUB", "KZT", "BYN", "SLE", "ZWG", "DEM"} {
		if !value.IsCurrency(code) {
			t.Errorf("%s is no currency", code)
		}
	}
	for _, code := range []string{"", "usd", "Usd", "US", "USDX", "QQQ", "U S", "XXX", "XTS", "РУБ"} {
		if value.IsCurrency(code) {
			t.Errorf("%q is a currency", code)
		}
	}
}

func TestDecimalAndParseMinorRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := value.Money{Minor: rapid.Int64().Draw(t, "minor"), Currency: rapid.SampledFrom([]string{"USD", "JPY", "KWD", "CLF"}).Draw(t, "currency")}
		back, err := value.ParseMinor(m.Decimal(), m.Currency)
		if err != nil || back != m.Minor {
			t.Fatalf("%s came back as %d, %v", m, back, err)
		}
	})
}

func TestMoneyInWords(t *testing.T) {
	for want, m := range map[string]value.Money{
		"1234.50 USD": {Minor: 123450, Currency: "USD"}, "-0.05 EUR": {Minor: -5, Currency: "EUR"}, "0.00 RUB": {Currency: "RUB"},
		"-7 JPY": {Minor: -7, Currency: "JPY"}, "0.001 KWD": {Minor: 1, Currency: "KWD"}, "-92233720368547758.08 USD": {Minor: math.MinInt64, Currency: "USD"},
	} {
		if got := m.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestParseMinor(t *testing.T) {
	for _, c := range []struct {
		text, code string
		want       int64
	}{
		{"1234.5", "USD", 123450}, {"+1", "USD", 100}, {"-1234.56", "USD", -123456}, {".5", "USD", 50}, {"5.", "USD", 500}, {"007", "JPY", 7},
		{"0.005", "USD", 1}, {"-0.005", "USD", -1}, {"0.0049999", "USD", 0}, {"1.5", "JPY", 2}, {"-1.5", "JPY", -2}, {"1.4", "JPY", 1},
		{"1.2345", "KWD", 1235}, {"0.00", "USD", 0}, {"-0", "USD", 0}, {"92233720368547758.07", "USD", math.MaxInt64},
		{"-92233720368547758.08", "USD", math.MinInt64}, {"92233720368547758.074", "USD", math.MaxInt64},
	} {
		if got, err := value.ParseMinor(c.text, c.code); err != nil || got != c.want {
			t.Errorf("ParseMinor(%q, %s) = %d, %v, want %d", c.text, c.code, got, err, c.want)
		}
	}
	for _, text := range []string{"", "+", "-", ".", "1,5", "1.2.3", "+-5", "-+5", "--5", "1e3", "0x10", " 1", "1 000", "٣", "NaN",
		"92233720368547758.08", "92233720368547758.075", "-92233720368547758.085", "99999999999999999999"} {
		if got, err := value.ParseMinor(text, "USD"); err == nil {
			t.Errorf("ParseMinor(%q) = %d", text, got)
		}
	}
}

// TestParseMinorRoundsAsRationalsDo compares with exact arithmetic.
func TestParseMinorRoundsAsRationalsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[+-]?[0-9]{1,14}(\.[0-9]{0,8})?`).Draw(t, "text")
		code := rapid.SampledFrom([]string{"USD", "JPY", "KWD"}).Draw(t, "code")
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("big.Rat does not read %q", text)
		}
		exact.Mul(exact, new(big.Rat).SetInt64(int64(math.Pow10(value.MinorDigits(code)))))
		want, ok := new(big.Int).SetString(exact.FloatString(0), 10) // rounds half away from zero
		if !ok {
			t.Fatalf("no whole number: %s", exact.FloatString(0))
		}
		if got, err := value.ParseMinor(text, code); err != nil || got != want.Int64() {
			t.Fatalf("ParseMinor(%q, %s) = %d, %v, want %s", text, code, got, err, want)
		}
	})
}

func FuzzParseMinor(f *testing.F) {
	f.Add("-1234.5", "USD")
	f.Add("0.0005", "KWD")
	f.Fuzz(func(t *testing.T, text, code string) {
		minor, err := value.ParseMinor(text, code)
		if err != nil {
			return
		}
		if back, err := value.ParseMinor(value.Money{Minor: minor, Currency: code}.Decimal(), code); err != nil || back != minor {
			t.Errorf("%q reads as %d, which came back as %d, %v", text, minor, back, err)
		}
	})
}
