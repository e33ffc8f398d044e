// Package fold brings what people type into one normal form per script, so that an index and a question agree however
// a phone wrote them: case (Turkish i included), Arabic and Persian letter forms, diacritics, digits of any script,
// Ethiopic letters that sound alike, invisible controls, apostrophes, letters held down.
//
// It works by script, never by language: a question is folded before anybody knows its language, and it must meet texts
// of every language. It keeps no positions, corrects no spelling and knows no words.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Text returns s in the normal form in which texts are compared: letters that people mix up are one letter, marks that
// people leave out are gone, every digit is 0–9, white space is single blanks and none at the ends. Punctuation other
// than apostrophes stays. Broken UTF-8 counts as white space. Text(Text(s)) is Text(s); the work is linear in s.
func Text(s string) string {
	if plain(s) {
		return s
	}
	return tidy(mapLetters(apart(s)))
}

// Letters returns s as Text does but with every letter kept as its script has it: composed, in lower case, digits 0–9,
// invisible controls gone. It is the form by which languages are told apart, since ې is Pashto and ێ is Sorani.
func Letters(s string) string {
	if plain(s) {
		return s
	}
	return norm.NFC.String(apart(s))
}

// apart returns s as Letters does, but with marks apart from their letters.
func apart(s string) string {
	if ascii(s) {
		return strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return unicode.ToLower(door(r))
		}, s)
	}
	s = norm.NFKD.String(strings.Map(door, strings.ToValidUTF8(s, " ")))
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case invisible(r):
		case unicode.IsSpace(r) || unicode.IsControl(r):
			b.WriteByte(' ')
		default:
			if digit, ok := Digit(r); ok {
				r = digit
			}
			b.WriteRune(unicode.ToLower(door(r)))
		}
	}
	return b.String()
}

// Digit gives the ASCII digit for a decimal digit of any script (٣, ۳, 3, ፫); ok is false for every other rune.
func Digit(r rune) (digit rune, ok bool) {
	if r < utf8.RuneSelf {
		return r, '0' <= r && r <= '9'
	}
	if '፩' <= r && r <= '፱' { // Ethiopic has no zero, so Unicode does not count these as decimal
		return '1' + r - '፩', true
	}
	for _, block := range unicode.Nd.R16 {
		if r < rune(block.Lo) {
			return 0, false
		}
		if r <= rune(block.Hi) { // every block holds whole rows of ten that begin with zero
			return '0' + (r-rune(block.Lo))%10, true
		}
	}
	for _, block := range unicode.Nd.R32 {
		if r < rune(block.Lo) {
			return 0, false
		}
		if r <= rune(block.Hi) {
			return '0' + (r-rune(block.Lo))%10, true
		}
	}
	return 0, false
}

// plain tells whether s is already folded in the way most short ASCII questions are, so that nothing need be copied.
func plain(s string) bool {
	blank, run := true, 0
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z':
			run++
			if i == 0 || s[i-1] != c {
				run = 1
			}
			if run > maxRun {
				return false
			}
			blank = false
		case c == ' ':
			if blank {
				return false
			}
			blank = true
		case c < ' ', c >= 0x7f, 'A' <= c && c <= 'Z', c == '\'', c == '`':
			return false
		default:
			blank = false
		}
	}
	return s == "" || !blank
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// door makes the many apostrophes one. It stands on both sides of compatibility decomposition, which would take one
// of them (´) apart and brings forth others (ŉ).
func door(r rune) rune {
	switch r {
	case '`', '´', '‘', '’', '‛', 'ʼ', 'ʻ', 'ʹ', 'ʿ', 'ʾ', '′', '＇':
		return '\''
	}
	return r
}

// invisible tells whether r draws nothing: bidi controls, joiners, soft hyphen, byte order mark, tatweel.
func invisible(r rune) bool {
	return r == 'ـ' || r == '\u034f' || r >= 0x80 && unicode.Is(unicode.Cf, r)
}

const maxRun = 2 // letters: "heeeelp" keeps two; Dutch and Finnish have two in a row, no language we know has three

// tidy removes apostrophes, shortens runs of one letter and squeezes blanks.
func tidy(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var previous rune // last rune written; 0 at the start, so that leading blanks are dropped
	run := 0
	word := 0 // byte of b at which the present word starts
	for i, r := range s {
		if r == '\'' {
			next, _ := utf8.DecodeRuneInString(s[i+1:])
			if unicode.IsLetter(previous) && unicode.IsLetter(next) && !elides(b.String()[word:], next) {
				continue // don't → dont, п'ять → пять
			}
			r = ' ' // l'école → l ecole
		}
		if r == ' ' {
			if previous == 0 || previous == ' ' {
				continue
			}
		}
		if r == previous && unicode.IsLetter(r) {
			run++
			if run > maxRun {
				continue
			}
		} else {
			run = 1
		}
		b.WriteRune(r)
		previous = r
		if !unicode.IsLetter(r) {
			word = b.Len()
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// elides tells whether word, before an apostrophe and a vowel, is a word of its own that lost its vowel: French l', qu'.
func elides(word string, next rune) bool {
	switch word {
	case "c", "d", "j", "l", "m", "n", "s", "t", "qu":
		return strings.ContainsRune("aeiouyh", next)
	}
	return false
}
