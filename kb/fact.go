package kb

import (
	"math"
	"time"
)

// FactID names one checked figure, date, number, address or term.
type FactID string

// FactKind tells how a fact is written in a language.
type FactKind string

// The kinds of fact.
const (
	Money    FactKind = "money"    // "400 EUR"
	Number   FactKind = "number"   // "110"
	Percent  FactKind = "percent"  // "15"
	Duration FactKind = "duration" // "6 months", "3-8 weeks", "0 days"
	Date     FactKind = "date"     // "2026-06-12", "2027-03" or "2024"
	Phone    FactKind = "phone"    // "070 340 6600", dialled as written
	URL      FactKind = "url"
	Email    FactKind = "email"
	Address  FactKind = "address"
	Term     FactKind = "term" // a word or name that stands as it is in every language, such as "B2+"
)

// Fact is one figure with where it stands officially and how sure it is.
type Fact struct {
	ID         FactID
	Kind       FactKind
	Value      Value
	Source     string // address of the official page
	Says       string // the supporting sentence, summed up in our own words
	Read       Read
	Recheck    Span // how long a reading stays fresh; zero: never goes stale
	ValidFrom  time.Time
	ValidUntil time.Time // zero: no known end
	Ask        bool      // sure: ask
	AskWho     string    // desk id (words: desks) to ask; empty: the official page
	Note       string    // for curators: contradictions, doubts
	Line       int
}

// Value is a fact's value, parsed by its kind; only the fields of that kind are set.
type Value struct {
	Text     string  // phone, url, email, address, term, and every value as it was written
	Min, Max float64 // money, number, percent, duration; Max equals Min when it is no range
	Currency string  // ISO 4217
	Unit     string  // minutes hours days working-days weeks months years; empty for a plain number
	Date     time.Time
	DateHas  int // 1 year, 2 year and month, 3 a whole date
}

// Days gives a duration in days, rounded up, with a month of 30.4375 days and five working days to a week;
// ok is false for other kinds.
func (v Value) Days() (min, max int, ok bool) {
	perUnit := map[string]float64{"minutes": 1.0 / 1440, "hours": 1.0 / 24, "days": 1, "working-days": 7.0 / 5,
		"weeks": 7, "months": 30.4375, "years": 365.25}
	per, ok := perUnit[v.Unit]
	if !ok {
		return 0, 0, false
	}
	return int(math.Ceil(v.Min * per)), int(math.Ceil(v.Max * per)), true
}

// Span is a length of calendar time.
type Span struct{ Years, Months, Days int }

// Read tells how the official page was read.
type Read struct {
	Live bool      // somebody, or watch, saw the page itself
	On   time.Time // the day it was seen (Live) or the copy was made; zero: an undated copy
	Has  int       // how much of On is known: 1 the year, 2 the month too, 3 all; 0: an undated copy
}
