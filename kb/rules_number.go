package kb

import (
	"strings"

	"golang.org/x/text/language"
)

// numberWordsAreFacts is the rule that a number in letters beside a unit ("two weeks") is a figure like any other: it has a
// source, is checked again, and must not be right in one language and wrong in the next.
func (l *loader) numberWordsAreFacts(tag language.Tag, s shown) {
	numbers := l.numbers[tag]
	if len(numbers) == 0 || !l.usable(fileFacts) {
		return
	}
	units := l.unitWords(tag)
	words := strings.Fields(phrase(visible(s.text)))
	for i, w := range words {
		if numbers[w] && i+1 < len(words) && units[words[i+1]] {
			l.warn(s.file, s.line, "number-word", "the number "+quoted(w)+" stands in letters beside a unit", "Make the length of time or the share a fact and write {{its-id}}.")
		}
	}
}

// unitWords gives the words by which a language names days, weeks and the like, of the sentences that write them.
func (l *loader) unitWords(tag language.Tag) map[string]bool {
	if units := l.units[tag]; units != nil {
		return units
	}
	units := map[string]bool{}
	if f := l.says[tag]; f != nil {
		for _, sentence := range f.sentences {
			if !strings.HasPrefix(sentence.key, "unit.") || sentence.key == "unit.range" {
				continue
			}
			for _, form := range sentence.forms {
				for _, w := range strings.Fields(phrase(strings.ReplaceAll(form, "{n}", " "))) {
					if !l.numbers[tag][w] {
						units[w] = true
					}
				}
			}
		}
	}
	l.units[tag] = units
	return units
}
