package edition

import (
	"slices"
	"time"

	"wegwijzer/kb"
	"wegwijzer/kb/fold"
)

// monthsOf collects the names of the months in all languages, folded.
func monthsOf(lib *kb.Library) map[string]time.Month {
	months := map[string]time.Month{}
	for _, l := range lib.Catalog().Languages() {
		for month := time.January; month <= time.December; month++ {
			for _, name := range lib.Catalog().Months(l.Tag, month) {
				if key := Plain(name); key != "" {
					months[key] = month
				}
			}
		}
	}
	return months
}

// Month gives the first month that a text names in any language, in one word or, as in "كانون الثاني", two.
func (e *Edition) Month(text string) (month time.Month, ok bool) {
	words := slices.Collect(fold.Words(fold.Text(text)))
	for i, word := range words {
		if i+1 < len(words) {
			if month, ok := e.months[word+" "+words[i+1]]; ok {
				return month, true
			}
		}
		if month, ok := e.months[word]; ok {
			return month, true
		}
	}
	return 0, false
}
