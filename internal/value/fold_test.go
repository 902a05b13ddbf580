package value

import (
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

var asciiRange = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0, Hi: 0x7f, Stride: 1}}, LatinOffset: 1}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"  Anna   SNELLING ":       "anna snelling",
		"\tA\n\nB":                 "a b",
		"ООО «Ёлки-Палки»":         "ооо «елки-палки»",
		"Йошкар-Ола, й":            "йошкар-ола, й",
		"и\u0306 И\u0306":          "й й",
		"и\u0323\u0306":            "й",
		"и \u0306":                 "и",
		"\u0306а":                  "а",
		"Müller Škoda ÅNGSTRÖM":    "muller skoda angstrom",
		"naïve\u00a0café":          "naive cafe",
		"\u3000全角　空白\u2003":        "全角 空白",
		"\ue001 keeps its own use": "\ue001 keeps its own use",
	} {
		if got := Fold(text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestFoldIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := Fold(rapid.String().Draw(t, "text"))
		if twice := Fold(once); twice != once {
			t.Fatalf("%q folds on to %q", once, twice)
		}
	})
}

func TestFoldIgnoresHowLettersAreComposed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("абвйЙёЁ éÉüñoi\u0306\u0308\u0301"))).Draw(t, "text")
		for _, form := range []norm.Form{norm.NFC, norm.NFD} {
			if got, want := Fold(form.String(text)), Fold(text); got != want {
				t.Fatalf("%q folds to %q, otherwise composed to %q", text, want, got)
			}
		}
	})
}

func TestShortAndGeneralWayAgree(t *testing.T) {
	plain := rapid.OneOf(rapid.RuneFrom(nil, asciiRange), rapid.RuneFrom([]rune(" «»№—АБЙйЁёЯя")))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(plain).Draw(t, "text")
		short, ok := foldPlain(text)
		if !ok {
			t.Fatalf("%q is plain", text)
		}
		if general := foldAny(text); short != general {
			t.Fatalf("%q folds to %q the short way, to %q the general way", text, short, general)
		}
	})
}

func FuzzFold(f *testing.F) {
	f.Add("ООО «Ёлки» \u00a0 \xff")
	f.Add("\xf6ӯ")
	f.Fuzz(func(t *testing.T, text string) {
		if once := Fold(text); Fold(once) != once {
			t.Errorf("%q folds to %q, then to %q", text, once, Fold(once))
		}
		if short, ok := foldPlain(text); ok && short != foldAny(text) {
			t.Errorf("%q folds to %q the short way, to %q the general way", text, short, foldAny(text))
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, text := range map[string]string{"ascii": "Cheston Eye Care Ltd", "cyrillic": "ООО «Ёлки-палки и Йод»"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(text)
			}
		})
	}
}
