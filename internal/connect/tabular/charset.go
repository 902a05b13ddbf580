package tabular

import (
	"unicode"

	"golang.org/x/text/encoding/charmap"
)

// cyrillicShare is how often each letter from а to я stands in Russian text, in tenths of a per cent; ё is counted as е.
var cyrillicShare = [32]int{
	80, 16, 45, 17, 30, 85, 9, 17, 74, 12, 35, 44, 32, 67, 110, 28, // а б в г д е ж з и й к л м н о п
	47, 55, 63, 26, 3, 10, 5, 14, 7, 4, 1, 19, 17, 3, 6, 20, // р с т у ф х ц ч ш щ ъ ы ь э ю я
}

// guessTable names the single-byte encoding in which the samples read best: otherwise when nothing speaks for Russian.
func guessTable(samples [][]byte, otherwise Encoding) Encoding {
	cyrillic, latin := 0, 0
	for _, sample := range samples {
		c, l := wordVotes(sample)
		cyrillic, latin = cyrillic+c, latin+l
	}
	if cyrillic <= latin {
		return otherwise
	}
	best, bestScore := Windows1251, 0
	for _, candidate := range []Encoding{Windows1251, CP866, KOI8R, MacCyrillic} {
		table, err := candidate.table()
		if err != nil {
			continue
		}
		score := 0
		for _, sample := range samples {
			score += russianScore(sample, table)
		}
		if candidate == Windows1251 {
			score += score/20 + 1
		}
		if score > bestScore {
			best, bestScore = candidate, score
		}
	}
	return best
}

// readsWell reports whether text in the single-byte encoding has the letters of Russian or, in Windows 1252, mixes its
// letters with Latin ones.
func (f *Format) readsWell(samples [][]byte) bool {
	table, err := f.Encoding.table()
	if err != nil {
		return false
	}
	score, high, cyrillic, latin := 0, 0, 0, 0
	for _, sample := range samples {
		score += russianScore(sample, table)
		for _, b := range sample {
			if b >= 0x80 && !sharedSign(b) {
				high++
			}
		}
		c, l := wordVotes(sample)
		cyrillic, latin = cyrillic+c, latin+l
	}
	if f.Encoding == Windows1252 {
		return latin > 3*cyrillic
	}
	return score > 42*high
}

// wordVotes counts letters of words that consist of bytes beyond ASCII only, as Russian words do, and of words that mix
// them with Latin letters, as "Müller" and "café" do.
func wordVotes(sample []byte) (cyrillic, latin int) {
	high, low := 0, 0
	for i := 0; i <= len(sample); i++ {
		b := byte(' ')
		if i < len(sample) {
			b = sample[i]
		}
		switch {
		case b >= 0x80 && !sharedSign(b):
			high++
			continue
		case 'a' <= b|0x20 && b|0x20 <= 'z':
			low++
			continue
		}
		switch {
		case high > 1 && low == 0:
			cyrillic += high
		case high > 0 && low > 0:
			latin += high + low
		}
		high, low = 0, 0
	}
	return cyrillic, latin
}

// sharedSign reports the bytes that are no letters in both Windows 1251 and 1252: quotation marks, dashes, no-break space.
func sharedSign(b byte) bool {
	switch b {
	case 0x84, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99, 0xa0, 0xa7, 0xa9, 0xab, 0xac, 0xad, 0xae, 0xb0, 0xb1, 0xb7, 0xbb:
		return true
	}
	return false
}

// russianScore is high when the sample read in the table has the letters of Russian in the usual shares, with capitals
// only where words begin.
func russianScore(sample []byte, table *charmap.Charmap) int {
	score := 0
	var before rune
	for _, b := range sample {
		r := rune(b)
		if b >= 0x80 {
			r = table.DecodeByte(b)
			score += letterScore(r, before)
		}
		before = r
	}
	return score
}

func letterScore(r, before rune) int {
	lower := unicode.ToLower(r)
	if lower == 'ё' {
		lower = 'е'
	}
	if lower < 'а' || lower > 'я' {
		if unicode.IsLetter(r) || unicode.Is(unicode.So, r) || unicode.IsControl(r) {
			return -40 // letters of other alphabets, box drawing
		}
		return 0
	}
	share := cyrillicShare[lower-'а']
	if lower != r && unicode.IsLower(before) {
		return -40 // a capital inside of a word
	}
	return share
}
