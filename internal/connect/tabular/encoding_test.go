package tabular

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// encode writes text in an encoding.
func encode(t testing.TB, enc encoding.Encoding, text string) string {
	t.Helper()
	encoded, err := enc.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func TestEncodings(t *testing.T) {
	little := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	big := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	marked := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	short := "Имя;Город\nИван;Уфа\n"
	long := "Компания;Сумма;Этап\n" + strings.Repeat("ООО «Ромашка»;1 500,50;Переговоры\nЗАО Щит;12;Закрыта\n", 5)
	western := "Name;Stadt\nMüller;Köln\nJosé;Málaga\nFrançois;Nîmes\n"
	cases := []struct {
		name, text, bytes string
		want              Encoding
	}{
		{"UTF-8", short, short, UTF8},
		{"UTF-8 with mark", short, "\ufeff" + short, UTF8},
		{"plain ASCII", "a;b\n1;2\n", "a;b\n1;2\n", UTF8},
		{"UTF-16 LE with mark", short, encode(t, marked, short), UTF16LE},
		{"UTF-16 BE with mark", short, "\xfe\xff" + encode(t, big, short), UTF16BE},
		{"UTF-16 LE", short, encode(t, little, short), UTF16LE},
		{"UTF-16 BE", short, encode(t, big, short), UTF16BE},
		{"UTF-16 LE, Latin", western, encode(t, little, western), UTF16LE},
		{"UTF-16 BE, long", long, encode(t, big, long), UTF16BE},
		{"Windows 1251, short", short, encode(t, charmap.Windows1251, short), Windows1251},
		{"Windows 1251, long", long, encode(t, charmap.Windows1251, long), Windows1251},
		{"Windows 1251, one word", "id;name\n1;Уфа\n", encode(t, charmap.Windows1251, "id;name\n1;Уфа\n"), Windows1251},
		{"Windows 1251, capitals", "ИМЯ\nИВАНОВ\n", encode(t, charmap.Windows1251, "ИМЯ\nИВАНОВ\n"), Windows1251},
		{"Windows 1251 among Latin", "name\nIvan Иванов\nJohn Smith\nАнна\n", encode(t, charmap.Windows1251, "name\nIvan Иванов\nJohn Smith\nАнна\n"), Windows1251},
		{"Windows 1252", western, encode(t, charmap.Windows1252, western), Windows1252},
		{"Windows 1252, one letter", "id;name\n1;café\n", encode(t, charmap.Windows1252, "id;name\n1;café\n"), Windows1252},
		{"Windows 1252, currency", "id;price\n1;€5\n", encode(t, charmap.Windows1252, "id;price\n1;€5\n"), Windows1252},
		{"KOI8-R", long, encode(t, charmap.KOI8R, strings.NewReplacer("«", "", "»", "").Replace(long)), KOI8R},
		{"code page 866", long, encode(t, charmap.CodePage866, strings.NewReplacer("«", "", "»", "").Replace(long)), CP866},
		{"Mac Cyrillic", long, encode(t, charmap.MacintoshCyrillic, long), MacCyrillic},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			table := openOne(t, write(t, "t.csv", c.bytes))
			if table.Format.Encoding != c.want {
				t.Fatalf("read as %s (%v), want %s", table.Format.Encoding, table.Format.EncodingSure, c.want)
			}
			text := strings.Join(table.Header, ";") + "\n"
			rows, broken := readAll(t, table)
			for _, row := range rows {
				text += strings.Join(row.Cells, ";") + "\n"
			}
			want := c.text
			if c.want == KOI8R || c.want == CP866 {
				want = strings.NewReplacer("«", "", "»", "").Replace(want)
			}
			if text != want || len(broken) > 0 {
				t.Errorf("read %q (errors %v), want %q", text, broken, want)
			}
		})
	}
}

func TestBytesThatAreNotUTF8(t *testing.T) {
	t.Run("Russian rows pasted into a UTF-8 file", func(t *testing.T) {
		text := "id;name\n" + strings.Repeat("1;Иванов\n", 20) + "2;" + encode(t, charmap.Windows1251, "Петров") + "\n3;Сидоров\n"
		table := openOne(t, write(t, "t.csv", text))
		rows, _ := readAll(t, table)
		if got := rows[20]; got.Cells[1] != "Петров" || got.Repairs != Redecoded {
			t.Errorf("read %q with repairs %b, want Петров, redecoded", got.Cells, got.Repairs)
		}
		if table.Format.Encoding != UTF8 || !strings.Contains(fmt.Sprint(table.Notes), "Windows 1251") {
			t.Errorf("encoding %s, notes %v", table.Format.Encoding, table.Notes)
		}
	})
	t.Run("the first letters beyond ASCII come late", func(t *testing.T) {
		text := "id;name\n" + strings.Repeat("1;Smith\n", 100_000) + "2;" + encode(t, charmap.Windows1251, "Петров") + "\n"
		table := openOne(t, write(t, "t.csv", text))
		rows, _ := readAll(t, table)
		if got := rows[len(rows)-1].Cells[1]; got != "Петров" {
			t.Errorf("read %q, want Петров", got)
		}
	})
	t.Run("the same in a compressed file, where only the beginning is looked at", func(t *testing.T) {
		text := "id;name\n" + strings.Repeat("1;Smith\n", 100_000) + "2;" + encode(t, charmap.Windows1251, "Петров") + "\n"
		rows, _ := readAll(t, openOne(t, write(t, "t.csv.gz", gzipped(t, text))))
		if got := rows[len(rows)-1]; got.Cells[1] != "Петров" || got.Repairs != Redecoded {
			t.Errorf("read %q with repairs %b, want Петров, redecoded", got.Cells, got.Repairs)
		}
	})
	t.Run("an encoding can be asked for", func(t *testing.T) {
		table := openOne(t, write(t, "t.csv", encode(t, charmap.ISO8859_7, "id;name\n1;Μήτσος\n")))
		again, err := table.Reformat(t.Context(), Format{Encoding: "iso-8859-7"})
		if err != nil {
			t.Fatal(err)
		}
		if rows, _ := readAll(t, again); rows[0].Cells[1] != "Μήτσος" || again.Format.EncodingSure != Asked {
			t.Errorf("read %q (%v)", rows[0].Cells, again.Format.EncodingSure)
		}
		if _, err := table.Reformat(t.Context(), Format{Encoding: "EBCDIC-XX"}); err == nil {
			t.Error("an unknown encoding is accepted")
		}
	})
}
