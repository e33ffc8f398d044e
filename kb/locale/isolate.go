package locale

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// The characters that open and close an isolate. Unicode UAX 9.
const (
	fsi = '\u2068' // first strong isolate
	pdi = '\u2069' // pop directional isolate
)

// Isolate puts FSI…PDI round the numbers and Latin runs of s, a text that is (or goes into) a right-to-left text, so that
// "070 340 6600", "3-8" and "B2+" are read in their own order there. Runs that are isolated already stay as they are:
// Isolate of its own result changes nothing.
func Isolate(s string) string {
	var out strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); {
		switch {
		case opensIsolate(runes[i]):
			end := closing(runes, i)
			out.WriteString(string(runes[i:end]))
			i = end
		case startsRun(runes, i):
			end := runEnd(runes, i)
			out.WriteRune(fsi)
			out.WriteString(string(runes[i:end]))
			out.WriteRune(pdi)
			i = end
		default:
			out.WriteRune(runes[i])
			i++
		}
	}
	return out.String()
}

func opensIsolate(r rune) bool { return r >= '\u2066' && r <= fsi }

// closing gives the index after the isolate that opens at i.
func closing(runes []rune, i int) int {
	depth := 0
	for j := i; j < len(runes); j++ {
		if opensIsolate(runes[j]) {
			depth++
		} else if runes[j] == pdi {
			if depth--; depth == 0 {
				return j + 1
			}
		}
	}
	return len(runes)
}

// startsRun tells whether a left-to-right run starts at i: with a letter or digit, or with a sign that belongs to it.
func startsRun(runes []rune, i int) bool {
	if strongLeft(runes[i]) {
		return true
	}
	if runes[i] == '/' && (i == 0 || unicode.IsSpace(runes[i-1])) { // a command such as /plan, not the slash between two words
		return i+1 < len(runes) && strongLeft(runes[i+1])
	}
	return strings.ContainsRune("+-€$£#@", runes[i]) && i+1 < len(runes) && strongLeft(runes[i+1])
}

// runEnd gives the index after the run that starts at i: up to the last letter or digit before right-to-left text, an
// isolate or the end of the line, with the signs and closing brackets that belong to it.
func runEnd(runes []rune, i int) int {
	end := i + 1
	open := 0
	for j := i; j < len(runes); j++ {
		r := runes[j]
		if r == '\n' || r == pdi || opensIsolate(r) || strongRight(r) {
			break
		}
		switch {
		case strongLeft(r), strings.ContainsRune("+%€", r) && j == end:
			end = j + 1
		case r == '(' || r == '[':
			open++
		case (r == ')' || r == ']') && open > 0:
			if open--; j == end {
				end = j + 1
			}
		}
	}
	return end
}

func strongLeft(r rune) bool {
	c := class(r)
	return c == bidi.L || c == bidi.EN
}

func strongRight(r rune) bool {
	c := class(r)
	return c == bidi.R || c == bidi.AL || c == bidi.AN
}

func class(r rune) bidi.Class {
	p, _ := bidi.LookupRune(r)
	return p.Class()
}
