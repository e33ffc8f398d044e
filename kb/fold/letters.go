package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// mapLetters merges the letters of one script that people use for one another and drops the marks they leave out.
func mapLetters(s string) string {
	if ascii(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	var base rune // the letter that the marks after it belong to
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			if keepsMark(base, r) {
				b.WriteRune(r)
			}
			continue
		}
		base = r
		if spelled, ok := spelledOut[r]; ok {
			b.WriteString(spelled)
			continue
		}
		b.WriteRune(letter(r))
	}
	return norm.NFC.String(b.String())
}

// keepsMark tells whether a mark makes another letter of its base. In Latin, Greek, Arabic, Hebrew and Ethiopic writing
// people leave marks out (école, مُمَرِّض, İ); in Cyrillic й and ї are letters of their own but ё is typed as е and stress
// is never typed; in the scripts of South and East Asia marks are vowels.
func keepsMark(base, mark rune) bool {
	if unicode.Is(unicode.Cyrillic, base) {
		return base != 'е' && (mark == '\u0306' || mark == '\u0308')
	}
	return unicode.IsLetter(base) && !unicode.In(base, unicode.Latin, unicode.Greek, unicode.Arabic, unicode.Hebrew,
		unicode.Ethiopic, unicode.Syriac)
}

// spelledOut are letters that people without the right keys spell with others.
var spelledOut = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th"}

// letter gives the one letter that stands for r and those mixed up with it.
func letter(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case 0x1200 <= r && r <= 0x137f:
		return ethiopic(r)
	}
	switch r {
	case 'ı':
		return 'i'
	case 'ø':
		return 'o'
	case 'ł':
		return 'l'
	case 'đ', 'ð':
		return 'd'
	case 'ς':
		return 'σ'
	case 'ґ': // forbidden in Soviet spelling, still typed as г
		return 'г'
	case 'ٱ':
		return 'ا'
	case 'ک', 'ڪ':
		return 'ك'
	case 'ګ':
		return 'گ'
	case 'ى', 'ی', 'ې', 'ۍ', 'ێ', 'ے', 'ۑ': // yeh of Arabic, Persian, Pashto, Sorani and Urdu keyboards
		return 'ي'
	case 'ة', 'ہ', 'ھ', 'ە', 'ۃ':
		return 'ه'
	case 'ۆ', 'ۇ', 'ۋ':
		return 'و'
	case 'ڵ':
		return 'ل'
	case 'ڕ':
		return 'ر'
	}
	return r
}

// ethiopic merges the letters that sound alike in Amharic and are mixed up in Tigrinya too: ሐ ኀ with ሀ, ሠ with ሰ, ዐ with
// አ, ፀ with ጸ, and the first with the fourth vowel of the throat sounds (ሀ ሃ, አ ኣ). A row of letters is one consonant
// with its seven vowels, in the order of the code points.
func ethiopic(r rune) rune {
	switch {
	case 0x1210 <= r && r <= 0x1216: // ሐ
		r -= 0x10
	case 0x1280 <= r && r <= 0x1286: // ኀ
		r -= 0x80
	case 0x1220 <= r && r <= 0x1227: // ሠ
		r += 0x10
	case 0x12d0 <= r && r <= 0x12d6: // ዐ
		r -= 0x30
	case 0x1340 <= r && r <= 0x1346: // ፀ
		r -= 0x08
	}
	switch r {
	case 'ሃ':
		return 'ሀ'
	case 'ኣ':
		return 'አ'
	}
	return r
}
