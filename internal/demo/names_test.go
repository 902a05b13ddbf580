package demo

import (
	"regexp"
	"testing"

	"zveno.dev/zveno/internal/value"
)

func TestFeminineFamily(t *testing.T) {
	for man, woman := range map[string]string{
		"Иванов": "Иванова", "Соловьёв": "Соловьёва", "Никитин": "Никитина", "Садовский": "Садовская", "Бондаренко": "Бондаренко",
		"Ткачук": "Ткачук", "Петросян": "Петросян", "Ким": "Ким", "Цой": "Цой",
	} {
		if got := feminineFamily(man); got != woman {
			t.Errorf("%s: %s, want %s", man, got, woman)
		}
	}
}

func TestLatin(t *testing.T) {
	for text, want := range map[string]string{
		"Щербаков": "shcherbakov", "Юлия": "yuliya", "Фёдор": "fedor", "Jürgen Voß": "juergen-voss", "Étienne": "etienne",
		"Åsa Sjöberg": "asa-sjoeberg", "ООО «Ромашка»": "ooo-romashka", "Amber Ridge Foods": "amber-ridge-foods", "Håkan": "hakan",
	} {
		if got := latin(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := latinTitle("Ромашка Логистика"); got != "Romashka Logistika" {
		t.Errorf("got %s", got)
	}
}

var (
	mailForm  = regexp.MustCompile(`^[a-z.\-]+@[a-z0-9\-]+\.example$`)
	phoneForm = regexp.MustCompile(`^\+(1 \d{3} 555 01\d\d|49 (30 23125|40 66969|89 99998|221 4710|69 90009) \d{3}|` +
		`44 (20 7946|161 496|113 496|131 496|117 496) 0\d{3}|353 20 91\d \d{4}|33 (1 99 00|2 61 91|3 53 01|4 65 71|5 36 49) \d\d \d\d|` +
		`46 (8 465 004|31 390 06|40 628 04) \d\d|(7|375) \d{2,3} 0\d\d-\d\d-\d\d)$`)
)

// TestNobodyIsReal looks for mailboxes and telephones that could be somebody's.
func TestNobodyIsReal(t *testing.T) {
	for f, chain := range everyChain(Generate(Options{Deals: 3000, Now: testNow})) {
		last := chain[len(chain)-1].Values
		for _, field := range []string{"email", "phone", "mobile"} {
			if _, has := f.fields[field]; !has {
				continue
			}
			text, must := cell[string](f, last, field), phoneForm
			if field == "email" {
				must = mailForm
			}
			if text != "" && !must.MatchString(text) {
				t.Errorf("%s: %s %q", f.table.Object, field, text)
			}
		}
	}
}

func TestAccountsHaveNamesOfTheirOwn(t *testing.T) {
	c := Generate(Options{Deals: 30_000, Now: testNow})
	seen := map[string]int{}
	for n := range c.accounts {
		a := c.account(n)
		folded := value.Fold(a.name.core)
		if other, twice := seen[folded]; twice {
			t.Fatalf("accounts %d and %d are both called %s", other, n, a.name.core)
		}
		seen[folded] = n
	}
	for n := range 200_000 { // beyond all combinations of words
		a, b := nameCompany(n, true, "ООО").core, nameCompany(n, false, "Inc").core
		if _, twice := seen[a+b]; twice {
			t.Fatalf("name %d is there twice: %s, %s", n, a, b)
		}
		seen[a+b] = n
	}
}
