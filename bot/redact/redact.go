// Package redact cuts what identifies a person out of a text before anything else looks at it: numbers that belong to
// one person, e-mail addresses and telephone numbers. It keeps the figures that people ask about: fees, years, dates,
// levels, help lines. It is pure, knows no language but a few words that stand before such numbers, and takes time in
// proportion to the text.
//
// It is the second line of defence: nothing that a person types is stored anyway. So it would rather cut a list of
// figures too many than let a number through, and it does not find names, addresses, or numbers written as words.
package redact

import (
	"slices"
	"strings"
)

// Kind tells what was cut out.
type Kind string

// What Redact finds.
const (
	BSN      Kind = "bsn"      // Dutch citizen service number: 9 digits, or 8 without the leading zero, that pass the eleven test
	VNumber  Kind = "v-number" // number of a foreigner at the IND and COA: 10 digits, the first a 2
	Document Kind = "document" // number of a passport, identity card or residence document
	Email    Kind = "e-mail"   // e-mail address
	Phone    Kind = "phone"    // telephone number, Dutch or foreign; help lines (112, 113, 0800, 0900, 088) stay
	Number   Kind = "number"   // another long number: a bank account or card, a file, an identity number abroad
)

// Mark stands where something was cut out. It holds no letter or digit, so that no word is made of it, and isolates
// what stands around it.
const Mark = "•••"

// Redact gives text with each thing it finds replaced by Mark, and the kinds found, each once, in the order in which
// they first appear. If it finds nothing, cleaned is text itself. Redact of a cleaned text finds nothing.
func Redact(text string) (cleaned string, found []Kind) {
	if !strings.ContainsFunc(text, func(r rune) bool { return isDigit(r) || isAt(r) || r == '(' || r == '[' }) {
		return text, nil // the usual case: words only
	}
	cuts := find(text)
	if len(cuts) == 0 {
		return text, nil
	}
	var b strings.Builder
	b.Grow(len(text))
	end := 0
	for _, c := range cuts {
		b.WriteString(text[end:c.start])
		b.WriteString(Mark)
		end = c.end
		if !slices.Contains(found, c.kind) {
			found = append(found, c.kind)
		}
	}
	b.WriteString(text[end:])
	return b.String(), found
}

// find gives the cuts of text in their order. The order of the rules matters: what an earlier one takes or keeps, a
// later one does not see, so the surer a rule is, the earlier it comes.
//
// That a cleaned text has nothing more to cut rests on one thing, which each new rule must hold to: a mark counts for
// its neighbours as what was cut out there did (see mark), so that no rule sees more in the cleaned text than it saw
// in the first. TestLaws finds where it does not hold.
func find(text string) []cut {
	s := scan(text)
	s.emails()
	s.accounts()
	s.keepDates()
	s.keepSums()
	s.phones((*chain).mobile) // before help lines: the 0900… in 06 09001234 is none
	s.keepHelpLines()
	s.named()
	s.phones((*chain).national)
	s.documents()
	s.citizens()
	s.longNumbers()
	slices.SortFunc(s.cuts, func(a, b cut) int { return a.start - b.start })
	return s.cuts
}
