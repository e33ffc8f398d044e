package fold

import (
	"iter"
	"unicode"
	"unicode/utf8"
)

// Words yields the words of a folded text in order: runs of letters, marks and digits ("b2+" is one word), and single
// letters in the scripts that are written without blanks (Chinese, Japanese, Thai, Lao, Khmer, Burmese).
func Words(folded string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, graded := -1, false // graded: the word so far is a letter and a digit, such as b2
		for i, r := range folded {
			switch {
			case unspaced(r):
				if start >= 0 && !yield(folded[start:i]) || !yield(folded[i:i+utf8.RuneLen(r)]) {
					return
				}
				start = -1
			case wordRune(r):
				if start < 0 {
					start = i
				}
				graded = i-start == 1 && '0' <= r && r <= '9' && 'a' <= folded[start] && folded[start] <= 'z'
			case start >= 0:
				end := i
				if r == '+' && graded {
					end++
				}
				if !yield(folded[start:end]) {
					return
				}
				start = -1
			}
		}
		if start >= 0 {
			yield(folded[start:])
		}
	}
}

func wordRune(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar) && !unicode.IsMark(r)
}
