package search_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm/search"
)

// spellings are words in Russian with the ways in which they are written in Latin letters.
var spellings = map[string]string{
	"Юрий":        "Yuri Yuriy Yury Iurii Jurij Jurii",
	"Щербаков":    "Shcherbakov Scherbakov Shherbakov Sherbakov",
	"Хабаровск":   "Khabarovsk Habarovsk",
	"Соловьёв":    "Solovyov Solovyev Soloviev Solovjov Solov'ev Solov’yov",
	"Королёв":     "Korolev Korolyov Koroliov",
	"Евгений":     "Evgeniy Evgeny Evgenii Yevgeny Yevgeniy Jevgenij",
	"Дмитрий":     "Dmitry Dmitri Dmitriy Dmitrii Dmitrij",
	"Дмитриевич":  "Dmitrievich Dmitriyevich",
	"Мария":       "Maria Mariya Marija Mariia",
	"Наталья":     "Natalya Natalia Natal'ya Natalja",
	"Александр":   "Aleksandr Alexandr",
	"Чайковский":  "Chaikovsky Tchaikovsky Chaykovskiy Chaikovskij",
	"Цветков":     "Tsvetkov Czvetkov Tzvetkov",
	"Объедков":    "Obedkov Obyedkov Obiedkov Ob'edkov",
	"Белый":       "Bely Belyy Belyi Belyj",
	"Шмидт":       "Shmidt Schmidt",
	"Жуков":       "Zhukov",
	"Эльвира":     "Elvira El'vira",
	"Фёдоров":     "Fedorov Fyodorov Fiodorov",
	"Ильин":       "Ilyin Ilin Il'in",
	"Яндекс":      "Yandex Yandeks Jandeks Iandeks",
	"Сбербанк":    "Sberbank",
	"Газпром":     "Gazprom",
	"Викторович":  "Viktorovich Victorovich",
	"Зеленський":  "Zelenskyi Zelenskyy",
	"Філіп":       "Filip Philip Phillip",
	"Новосибирск": "Novosibirsk",
}

// matches reports whether a query of one word finds a text, by the forms of either.
func matches(query, text string) (some, whole bool) {
	for _, q := range search.QueryWords(query)[0] {
		for _, word := range search.WordsOf(text) {
			for _, form := range search.Forms(word) {
				some = some || strings.HasPrefix(form, q)
				whole = whole || form == q
			}
		}
	}
	return some, whole
}

func TestSpellingsFindEachOther(t *testing.T) {
	for russian, list := range spellings {
		for latin := range strings.FieldsSeq(list) {
			if _, whole := matches(latin, russian); !whole {
				t.Errorf("%s does not find %s: %q and %q", latin, russian, search.Key(latin), search.Key(strings.ToLower(russian)))
			}
			if _, whole := matches(russian, latin); !whole {
				t.Errorf("%s does not find %s", russian, latin)
			}
		}
	}
}

func TestWordsThatDifferAreToldApart(t *testing.T) {
	for _, pair := range [][2]string{{"Иванов", "Иванова"}, {"Petrov", "Петровский"}, {"Anna", "Алла"}, {"Orion", "Orient"}, {"Сидоров", "Fedorov"}, {"Kazan", "Казахстан"}, {"2024", "2044"}, {"100", "10"}} {
		for _, p := range [][2]string{pair, {pair[1], pair[0]}} {
			if _, whole := matches(p[0], p[1]); whole {
				t.Errorf("%s finds %s as a whole word", p[0], p[1])
			}
		}
	}
}

// TestBeginningsAreFoundInBothScripts types words letter by letter.
func TestBeginningsAreFoundInBothScripts(t *testing.T) {
	words := slices.Sorted(func(yield func(string) bool) {
		for w := range spellings {
			if !yield(w) {
				return
			}
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		russian := rapid.SampledFrom(words).Draw(rt, "word")
		latin := strings.Fields(spellings[russian])[0]
		typed := []rune(russian)[:rapid.IntRange(1, len([]rune(russian))).Draw(rt, "letters")]
		if some, _ := matches(string(typed), russian); !some {
			rt.Errorf("%s does not find %s", string(typed), russian)
		}
		typed = []rune(latin)[:rapid.IntRange(1, len(latin)).Draw(rt, "latin letters")]
		if some, _ := matches(string(typed), latin); !some {
			rt.Errorf("%s does not find %s", string(typed), latin)
		}
	})
}

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"":                            nil,
		" — ,. ":                      nil,
		"ООО «Ёлки & Co»":             {"ооо", "елки", "co"},
		"O'Brien, ivan.p@acme.ru":     {"obrien", "ivan", "p", "acme", "ru"},
		"1С-Битрикс24":                {"1с", "битрикс24"},
		"'quoted'":                    {"quoted"},
		strings.Repeat("ы", 50) + "x": {strings.Repeat("ы", 40)},
	} {
		if got := search.WordsOf(text); !slices.Equal(got, want) {
			t.Errorf("%q has the words %q, want %q", text, got, want)
		}
	}
}

func TestPhones(t *testing.T) {
	for number, want := range map[string][]string{
		"+7 (495) 123-45-67": {"74951234567", "4951234567"},
		"8 495 123 45 67":    {"74951234567", "4951234567"},
		"123-45-67":          {"1234567"},
		"ext.":               nil,
	} {
		if got := search.Phone(number); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", number, got, want)
		}
	}
	for query, want := range map[string]string{"+7 495": "7495", "8 (495) 123-45-67": "74951234567", "495 123-45": "49512345", "12 34": "12"} {
		if got := search.QueryWords(query)[0][0]; got != want {
			t.Errorf("%q is looked for as %q, want %q", query, got, want)
		}
	}
}

func FuzzForms(f *testing.F) {
	for word := range spellings {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, word := range search.WordsOf(text) {
			for _, form := range search.Forms(word) {
				if form == "" || strings.ContainsAny(form, " %_\\") {
					t.Errorf("%q has the form %q", word, form)
				}
			}
		}
	})
}
