package route

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"wegwijzer/kb"
	"wegwijzer/kb/locale"
)

// SlotID names one answer that the route needs, and the question that asks for it (words: section slots).
type SlotID string

// Kind tells what an answer looks like.
type Kind int

// The kinds of slot.
const (
	Choice  Kind = iota // one of Values
	Country             // an ISO 3166-1 alpha-2 code in capitals
	Month               // YYYY-MM
	Year                // YYYY
)

// Slot is one answer that the route needs.
type Slot struct {
	ID      SlotID
	Kind    Kind
	Values  []string // of a Choice or Country, in the order in which they are offered, lowest first if Ordered
	Ordered bool
	Group   string // the attribute by which a long list is offered in two presses (words: section Group); "" for none
	Section string // the section of words in which the values stand
	AgeKey  string // of a Month: the key under which its age in months is accepted too; "" for none

	index   int
	line    int
	from    string    // the slot whose attributes the values have; "" if they have none
	presume string    // what an unanswered slot counts as, "" for nothing; presumeNow for this month
	silent  bool      // presume is enough: the question is not asked
	carry   string    // the one attribute of the answer that the plan code holds, "" for the answer itself
	carried []string  // of carry: the values of that attribute, which stand for an answer
	split   time.Time // of a Month: a day within whose month "-before" and "-after" tell the two sides apart
	attrs   func(value string) kb.Attributes
}

const presumeNow = "now"

// Attribute gives what is known of one of the slot's values, such as the level of a profession; "" if nothing is.
func (s *Slot) Attribute(value, name string) string {
	if slices.Contains(s.carried, value) {
		if name == s.carry {
			return value
		}
		return ""
	}
	if s.attrs == nil {
		return ""
	}
	return s.attrs(value)[name]
}

// SectionOf gives the section of words in which value stands: Section, unless value is what a plan code keeps of an
// answer (such as the group of a country), which stands in the section of that attribute.
func (s *Slot) SectionOf(value string) string {
	if slices.Contains(s.carried, value) {
		return s.carry
	}
	return s.Section
}

// rank gives the place of value among the values of an ordered slot, -1 if it is none of them.
func (s *Slot) rank(value string) int { return slices.Index(s.Values, value) }

var (
	monthForm = regexp.MustCompile(`^(19|20)\d\d-(0[1-9]|1[0-2])$`)
	yearForm  = regexp.MustCompile(`^(19|20)\d\d$`)
)

// Check tells whether value is an answer to s. The error is one line that says what is allowed.
func (s *Slot) Check(value string) error {
	switch s.Kind {
	case Month:
		month, half := halves(value)
		switch {
		case !monthForm.MatchString(month):
			return fmt.Errorf("%s is not a month; write YYYY-MM, such as 2025-03", shown(value))
		case half != "" && (s.split.IsZero() || month != s.split.Format("2006-01")):
			return fmt.Errorf("%s is not a month; write YYYY-MM%s", shown(value), s.splitHint())
		}
	case Year:
		if !yearForm.MatchString(value) {
			return fmt.Errorf("%s is not a year; write YYYY, such as 2019", shown(value))
		}
	case Country:
		if !locale.IsRegion(value) {
			return fmt.Errorf("%s is not a country; write its two-letter code of ISO 3166-1 in capitals, such as SY", shown(value))
		}
	default:
		if !slices.Contains(s.Values, value) {
			return fmt.Errorf("unknown value %s%s; allowed are %s", shown(value), meant(value, s.Values), strings.Join(s.Values, ", "))
		}
	}
	return nil
}

// holds tells whether value may stand in a Profile: an answer as Check allows it, or what a plan code keeps of one.
func (s *Slot) holds(value string) bool {
	return slices.Contains(s.carried, value) || s.Check(value) == nil
}

func (s *Slot) splitHint() string {
	if s.split.IsZero() {
		return ", such as 2025-03"
	}
	month := s.split.Format("2006-01")
	return fmt.Sprintf(", and in %s also %s-before or %s-after", month, month, month)
}

// halves cuts "2026-06-before" into the month and the half.
func halves(value string) (month, half string) {
	for _, h := range []string{"-before", "-after"} {
		if m, ok := strings.CutSuffix(value, h); ok {
			return m, h[1:]
		}
	}
	return value, ""
}

// months counts the months of a month or a year since the year 0, taking a year's first month.
func months(month string) int {
	year, _ := strconv.Atoi(month[:4])
	if len(month) < 7 {
		return year * 12
	}
	m, _ := strconv.Atoi(month[5:7])
	return year*12 + m - 1
}

func monthsOf(day time.Time) int { return day.Year()*12 + int(day.Month()) - 1 }

// firstOf gives the first day of what months counts.
func firstOf(count int) time.Time {
	return time.Date(count/12, time.Month(count%12+1), 1, 0, 0, 0, 0, time.UTC)
}

func monthString(count int) string { return firstOf(count).Format("2006-01") }

// shown writes what somebody typed so that it fits in one line of an error.
func shown(typed string) string {
	const most = 60 // characters: enough to recognise a slip, too little to flood a terminal
	runes := []rune(typed)
	if len(runes) > most {
		return strconv.Quote(string(runes[:most]) + "…")
	}
	return strconv.Quote(typed)
}

// meant gives "; did you mean …?" if one of the known words is near.
func meant(word string, known []string) string {
	if near := kb.Suggest(word, known); near != "" {
		return fmt.Sprintf(", did you mean %s?", near)
	}
	return ""
}
