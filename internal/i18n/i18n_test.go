package i18n

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"
)

func spaced(text string) string { return strings.ReplaceAll(text, "_", noBreak) }

func TestFormats(t *testing.T) {
	day := time.Date(2026, 11, 3, 17, 5, 0, 0, time.UTC)
	for _, c := range []struct{ name, got, want string }{
		{"number en", Number(English, -1234567), "−1,234,567"},
		{"number ru", Number(Russian, 1234567), "1_234_567"},
		{"number small", Number(Russian, 999), "999"},
		{"number least", Number(English, math.MinInt64), "−9,223,372,036,854,775,808"},
		{"decimal en", Decimal(English, 1234.565, 2), "1,234.57"},
		{"decimal ru", Decimal(Russian, -1234.5, 1), "−1_234,5"},
		{"decimal to zero", Decimal(English, -0.04, 1), "0.0"},
		{"decimal none", Decimal(English, math.NaN(), 1), "—"},
		{"percent en", Percent(English, 0.1256, 1), "12.6%"},
		{"percent ru", Percent(Russian, 0.1256, 1), "12,6_%"},
		{"money en", Money(English, 123456, "USD", 2), "$1,234.56"},
		{"money ru", Money(Russian, -123456, "RUB", 2), "−1_234,56_₽"},
		{"money cents", Money(English, -5, "EUR", 2), "−€0.05"},
		{"money none", Money(Russian, 0, "JPY", 0), "0_¥"},
		{"money code", Money(English, 123456, "CHF", 2), "CHF_1,234.56"},
		{"whole", WholeMoney(English, 1234.5, "USD"), "$1,235"},
		{"whole zero", WholeMoney(English, -0.2, "USD"), "$0"},
		{"compact en", CompactMoney(English, 12345, "USD"), "$12.3K"},
		{"compact ru", CompactMoney(Russian, 12345, "USD"), "12,3_тыс._$"},
		{"compact million", CompactMoney(English, -4_000_000, "USD"), "−$4M"},
		{"compact edge", Compact(English, 999_999), "1M"},
		{"compact below", Compact(English, 999), "999"},
		{"compact hundreds", Compact(Russian, 345_678_000), "346_млн"},
		{"date en", Date(English, day), "Nov_3, 2026"},
		{"date ru", Date(Russian, day), "3_нояб._2026"},
		{"time", DateTime(English, day, time.FixedZone("", 3600)), "Nov_3, 2026, 18:05"},
		{"month", Month(Russian, time.March), "март"},
		{"quarter", Quarter(Russian, 2026, 3), "3 кв. 2026"},
		{"weekday", Weekday(English, day.Weekday()), "Tuesday"},
		{"ago", Ago(Russian, day.Add(-5*time.Hour), day), "5 часов назад"},
		{"ahead", Ago(English, day.Add(49*time.Hour), day), "in 2 days"},
		{"days", Days(Russian, 21), "21 день"},
		{"days fraction", Days(Russian, 2.5), "2,5 дня"},
		{"days many", Days(English, 45.6), "46 days"},
	} {
		if got, want := c.got, spaced(c.want); got != want {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
}

func TestPluralForms(t *testing.T) {
	for n, want := range map[int]string{1: "1 день", 2: "2 дня", 5: "5 дней", 11: "11 дней", 21: "21 день", 104: "104 дня", -1: "−1 день"} {
		if got := T(Russian, "format.days", "n", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := T(English, "format.days", "n", "many"); got != "many days" {
		t.Errorf("no number: %q", got)
	}
	if got := T(English, "no.such.key", "n", 1); got != "no.such.key" {
		t.Errorf("a key without text: %q", got)
	}
}

func TestFillInDoesNotFillInTwice(t *testing.T) {
	if got := T(English, "format.quarter", "quarter", "{year}", "year", "2026"); got != "Q{year} 2026" {
		t.Errorf("%q", got)
	}
}

// What a number is written as must read as that number again.
func TestNumbersKeepTheirDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		for _, lang := range Langs {
			digits := strings.NewReplacer(",", "", ".", "", noBreak, "", minusSign, "-", "$", "")
			for _, text := range []string{Number(lang, n), Money(lang, n, "USD", 2)} {
				if back, err := strconv.ParseInt(digits.Replace(text), 10, 64); err != nil || back != n {
					t.Fatalf("%d became %q", n, text)
				}
			}
		}
	})
}

func TestAcceptLanguage(t *testing.T) {
	for header, want := range map[string]Lang{
		"ru-RU,ru;q=0.9,en;q=0.8": Russian, "en-GB": English, "de,ru;q=0.5": Russian, "de": Russian, "": Russian, "\x00;;": Russian,
	} {
		if got := ParseAcceptLanguage(header, Russian); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestBrokenCatalogsAreRefused(t *testing.T) {
	for name, body := range map[string]string{"texts/a/en.json": `{"x": 1}`, "texts/a/ru.json": `{`, "texts/a/de.json": `{}`} {
		if _, err := readCatalogs(fstest.MapFS{name: {Data: []byte(body)}}); err == nil {
			t.Errorf("%s with %s was read", name, body)
		}
	}
}
