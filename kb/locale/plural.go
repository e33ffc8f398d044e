package locale

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Plural is one of CLDR's plural forms.
type Plural string

// The plural forms of CLDR. Which of them a language uses, PluralForms tells; every language has Other.
const (
	Zero  Plural = "zero"
	One   Plural = "one"
	Two   Plural = "two"
	Few   Plural = "few"
	Many  Plural = "many"
	Other Plural = "other"
)

var plurals = map[plural.Form]Plural{plural.Zero: Zero, plural.One: One, plural.Two: Two, plural.Few: Few, plural.Many: Many, plural.Other: Other}

// IsPlural tells whether p is a plural form of CLDR.
func IsPlural(p Plural) bool {
	switch p {
	case Zero, One, Two, Few, Many, Other:
		return true
	}
	return false
}

// PluralOf gives the plural form that goes with n in a language, by CLDR's cardinal rules. n is taken as we write it,
// with at most three decimals.
func PluralOf(tag language.Tag, n float64) Plural {
	digits := strconv.FormatFloat(math.Abs(n), 'f', -1, 64)
	if _, decimals, _ := strings.Cut(digits, "."); len(decimals) > 3 {
		digits = strings.TrimRight(strings.TrimRight(strconv.FormatFloat(math.Abs(n), 'f', 3, 64), "0"), ".")
	}
	whole, decimals, _ := strings.Cut(digits, ".")
	if len(whole) > 9 { // the rules look at the last six digits at most
		whole = whole[len(whole)-9:]
	}
	i, _ := strconv.Atoi(whole) // digits only, at most nine: no error
	f, _ := strconv.Atoi(decimals)
	v := len(decimals) // no trailing zeros are written, so v equals w and f equals t
	return plurals[plural.Cardinal.MatchPlural(tag, i, v, v, f, f)]
}

// PluralForms gives the forms that a sentence with a number needs in a language: those of whole numbers up to a thousand,
// and Other. (French and Spanish have a form for whole millions; no sentence of ours counts that far.)
func PluralForms(tag language.Tag) []Plural {
	used := map[Plural]bool{Other: true}
	for n := range 1001 {
		used[plurals[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]] = true
	}
	var forms []Plural
	for _, p := range []Plural{Zero, One, Two, Few, Many, Other} {
		if used[p] {
			forms = append(forms, p)
		}
	}
	return forms
}
